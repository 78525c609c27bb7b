with

results as (
    select * from {{ ref('int_results_renamed') }}
),

timings as (
    select * from {{ ref('int_timings_aggregated') }}
),

default_runs as (
    select run from {{ ref('int_runs_preferred') }}
    where is_default_run
),

join_todays_speeds as (
    select
        timings.run,
        results.snapshot,
        results.model,
        results.img_size,
        results.architecture,
        results.todays_model,
        timings.secs,
        results.top1,
        results.is_extra_data
    from results
    inner join timings
        on
            results.architecture = timings.architecture
            and results.img_size = timings.img_size
    inner join default_runs on timings.run = default_runs.run
)

select * from join_todays_speeds
