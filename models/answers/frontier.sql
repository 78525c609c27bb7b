{%- set parameters = [
    "device varchar := null",
    "phase varchar := 'infer'",
    "compiled boolean := null",
    "run varchar := null",
    "imagenet1k_only boolean := false",
    "near boolean := false",
] -%}
{{ config(parameters=parameters) }}

with

asked as (
    {{ arguments(parameters) }}
),

chosen_run as (
    select {{ asked_run() }} as run
    from asked
),

measure_steps as (
    select
        benchmarks.model,
        benchmarks.img_size,
        round(benchmarks.ms, 4) as ms,
        round(benchmarks.samples_per_sec, 1) as samples_per_sec,
        benchmarks.top1,
        benchmarks.param_count,
        benchmarks.gmacs,
        case
            when asked.imagenet1k_only then benchmarks.is_frontier_imagenet1k
            else benchmarks.is_frontier
        end as is_frontier,
        round(benchmarks.top1 - lag(benchmarks.top1) over by_time, 3) as more_top1,
        round(benchmarks.ms - lag(benchmarks.ms) over by_time, 4) as more_ms,
        round(benchmarks.ms_low, 4) as ms_low,
        round(benchmarks.ms_high, 4) as ms_high,
        benchmarks.is_measured
    from chosen_run
    inner join {{ ref('model_benchmarks') }} as benchmarks on chosen_run.run = benchmarks.run
    cross join asked
    where
        case
            when asked.near and asked.imagenet1k_only
                then error('near is about the frontier of all models: leave out imagenet1k_only')
            when asked.imagenet1k_only then benchmarks.is_frontier_imagenet1k
            when asked.near then benchmarks.is_near_frontier
            else benchmarks.is_frontier
        end
    window by_time as (order by benchmarks.ms, benchmarks.model)
)

select * from measure_steps
order by ms, model
