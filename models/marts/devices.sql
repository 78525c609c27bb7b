with

described_runs as (
    select * from {{ ref('int_runs_described') }}
),

published_runs as (
    select * from {{ ref('int_runs_published') }}
),

runs as (
    select * from {{ ref('benchmark_runs') }}
),

device_keys as (
    select * from {{ ref('device_keys') }}
),

gather_keys as (
    select
        device,
        list(device_key) as device_keys
    from device_keys
    group by device
),

gather_runs as (
    select
        device,
        any_value(device_name) as device_name,
        any_value(device_short_name) as device_short_name,
        any_value(device_kind) as device_kind,
        any_value(vendor) as vendor,
        any_value(memory_gb) as memory_gb,
        bool_or(is_own) as is_own,
        list_sort(list(distinct phase)) as phases,
        list_sort(list(distinct phase || if(is_compiled, ' compiled', ' eager'))) as run_kinds,
        count(*) as runs
    from described_runs
    group by device
),

-- The device asked for where none is named.
choose_default as (
    select runs.device
    from runs
    inner join published_runs on runs.run = published_runs.run
    where runs.is_default_run and runs.phase = 'infer'
    order by
        runs.device = '{{ var("default_device") }}' desc,
        published_runs.torch_order desc,
        runs.matched_rows desc,
        runs.device asc
    limit 1
),

describe_devices as (
    select
        gather_runs.device,
        gather_runs.device_name,
        gather_runs.device_short_name,
        gather_runs.device_kind,
        gather_runs.vendor,
        gather_runs.memory_gb,
        list_sort(list_distinct(coalesce(gather_keys.device_keys, []) || [gather_runs.device]))
            as device_keys,
        gather_runs.phases,
        gather_runs.run_kinds,
        gather_runs.runs,
        gather_runs.is_own,
        choose_default.device is not null as is_default_device
    from gather_runs
    left join gather_keys on gather_runs.device = gather_keys.device
    left join choose_default on gather_runs.device = choose_default.device
)

select * from describe_devices
