with

device_keys as (
    select * from {{ ref('device_keys') }}
),

runs as (
    select * from {{ ref('benchmark_runs') }}
),

gather_keys as (
    select
        device,
        any_value(device_name) as device_name,
        any_value(short_name) as short_name,
        any_value(device_kind) as device_kind,
        any_value(vendor) as vendor,
        any_value(memory_gb) as memory_gb,
        list_sort(list_distinct(list(device_key) || list(device))) as device_keys
    from device_keys
    group by device
),

gather_runs as (
    select
        device,
        list_sort(list(distinct phase)) as phases,
        list_sort(list(distinct phase || if(is_compiled, ' compiled', ' eager'))) as run_kinds,
        count(*) as runs
    from runs
    group by device
),

describe_devices as (
    select
        gather_keys.*,
        gather_runs.phases,
        gather_runs.run_kinds,
        gather_runs.runs
    from gather_keys
    inner join gather_runs on gather_keys.device = gather_runs.device
)

select * from describe_devices
