with

timings as (
    select * from {{ ref('timings') }}
),

accuracy as (
    select * from {{ ref('model_accuracy') }}
),

join_at_the_same_size as (
    select
        timings.run,
        accuracy.model,
        timings.img_size,

        accuracy.architecture,
        accuracy.architecture_group,
        accuracy.kind,
        accuracy.family,
        accuracy.pretrained_on,
        accuracy.extra_data_through,
        accuracy.license,
        accuracy.license_kind,

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
        timings.timings,
        timings.timing_spread,
        accuracy.top1,
        accuracy.top1_standard_error,
        accuracy.top5,
        accuracy.shifted_top1,
        accuracy.shifted_top1_standard_error,
        accuracy.param_count,
        accuracy.gmacs,
        accuracy.macts,

        timings.is_compiled,
        timings.is_default_run,
        timings.is_newest,
        timings.is_own,
        timings.is_measured,
        accuracy.is_extra_data,
        accuracy.is_distilled,
        accuracy.is_self_supervised,
        timings.is_timed_variant
    from timings
    inner join accuracy
        on
            timings.architecture = accuracy.architecture
            and timings.img_size = accuracy.img_size
),

find_best_as_fast as (
    select
        *,
        {{ is_on_frontier('secs', 'top1', 'run') }} as is_frontier,
        {{ is_on_frontier('secs', 'top1', 'run', 'not is_extra_data') }} as is_frontier_imagenet1k,
        max(
            struct_pack(
                best_top1 := top1,
                speed := -secs,
                model := model,
                img_size := img_size,
                standard_error := top1_standard_error
            )
        ) over (
            partition by run order by secs
            range between unbounded preceding and current row
        ) as best_as_fast
    from join_at_the_same_size
),

measure_gaps as (
    select
        * exclude (best_as_fast),
        best_as_fast.best_top1 - top1 as frontier_gap,
        frontier_gap <= {{ noise('top1_standard_error', 'best_as_fast.standard_error') }}
            as is_near_frontier,
        case when not is_frontier then best_as_fast.model end as dominated_by,
        case when not is_frontier then best_as_fast.img_size end as dominated_by_img_size
    from find_best_as_fast
)

select * from measure_gaps
