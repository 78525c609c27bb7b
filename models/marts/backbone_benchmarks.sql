with

timings as (
    select * from {{ ref('timings') }}
),

backbones as (
    select * from {{ ref('backbones') }}
),

join_on_the_architecture as (
    select
        timings.run,
        backbones.model,
        timings.img_size,

        backbones.architecture,
        backbones.architecture_group,
        backbones.kind,
        backbones.pretrained_on,
        backbones.license,
        backbones.license_kind,

        timings.phase,
        timings.device,
        timings.device_name,
        timings.device_kind,
        timings.precision,
        timings.memory_layout,
        timings.torch_version,
        timings.cuda_version,

        timings.samples_per_sec,
        timings.secs,
        timings.ms,
        timings.ms_low,
        timings.ms_high,
        timings.step_time,
        timings.batch_size,
        backbones.param_count,
        timings.gmacs,
        timings.macts,
        backbones.input_size,
        backbones.num_features,
        backbones.reductions,

        timings.is_compiled,
        timings.is_default_run,
        timings.is_newest,
        timings.is_own,
        timings.is_measured,
        backbones.is_fixed_input_size,
        backbones.is_extra_data,
        backbones.is_distilled,
        backbones.is_self_supervised
    from timings
    inner join backbones on timings.architecture = backbones.architecture
)

select * from join_on_the_architecture
