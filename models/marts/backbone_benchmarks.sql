with

timings as (
    select * from {{ ref('int_timings_completed') }}
),

runs as (
    select * from {{ ref('benchmark_runs') }}
),

backbones as (
    select * from {{ ref('backbones') }}
),

costs as (
    select * from {{ ref('int_costs_newest') }}
),

join_on_the_architecture as (
    select
        timings.run,
        backbones.model,
        timings.img_size,

        backbones.architecture,
        backbones.architecture_group,
        backbones.pretrained_on,
        backbones.license,
        backbones.license_kind,

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
        backbones.param_count,
        costs.gmacs,
        costs.macts,
        backbones.input_size,
        backbones.num_features,
        backbones.reductions,

        runs.is_compiled,
        runs.is_default_run,
        runs.is_newest,
        runs.is_own,
        timings.is_measured,
        backbones.is_fixed_input_size,
        backbones.is_extra_data,
        backbones.is_distilled
    from timings
    inner join runs on timings.run = runs.run
    inner join backbones on timings.architecture = backbones.architecture
    left join costs
        on timings.architecture = costs.architecture and timings.img_size = costs.img_size
)

select * from join_on_the_architecture
