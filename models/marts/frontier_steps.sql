with

benchmarks as (
    select * from {{ ref('model_benchmarks') }}
    where phase = 'infer' and is_default_run and is_frontier
),

measure_steps as (
    select
        run,
        model,
        img_size,
        device,
        device_name,
        architecture,
        architecture_group,
        ms,
        top1,
        is_own,
        top1 - lag(top1) over (partition by run order by ms, model) as more_top1
    from benchmarks
),

rank_steps as (
    select
        *,
        list_filter(
            {{ var('progress_min_top1') }},
            lambda least: top1 >= least and coalesce(top1 - more_top1, 0) < least
        )::integer[] as reaches,
        coalesce(more_top1 > 0, false)
        and row_number() over (
            partition by run, architecture_group order by more_top1 desc nulls last, ms asc
        ) = 1 as is_largest_step
    from measure_steps
)

select * from rank_steps
