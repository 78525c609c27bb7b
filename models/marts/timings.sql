with

timings as (
    select * from {{ ref('int_timings_completed') }}
),

runs as (
    select * from {{ ref('benchmark_runs') }}
),

architectures as (
    select * from {{ ref('int_architectures_grouped') }}
),

costs as (
    select * from {{ ref('int_costs_newest') }}
),

tested as (
    select distinct
        architecture,
        img_size
    from {{ ref('model_accuracy') }}
),

describe_runs as (
    select
        timings.run,
        timings.architecture,
        timings.img_size,

        architectures.architecture_group,
        architectures.kind,
        runs.phase,
        runs.device,
        runs.device_name,
        runs.device_kind,
        runs.precision,
        runs.memory_layout,
        runs.torch_version,
        runs.cuda_version,

        timings.samples_per_sec,
        timings.secs,
        1000 * timings.secs as ms,
        1000 * timings.secs_low as ms_low,
        1000 * timings.secs_high as ms_high,
        timings.step_time,
        timings.batch_size,
        timings.timings,
        timings.timing_spread,
        costs.gmacs,
        costs.macts,

        runs.is_compiled,
        runs.is_default_run,
        runs.is_newest,
        runs.is_own,
        timings.is_measured,
        timings.is_timed_variant,
        tested.architecture is not null as has_accuracy
    from timings
    inner join runs on timings.run = runs.run
    inner join architectures on timings.architecture = architectures.architecture
    left join costs
        on timings.architecture = costs.architecture and timings.img_size = costs.img_size
    left join tested
        on timings.architecture = tested.architecture and timings.img_size = tested.img_size
)

select * from describe_runs
