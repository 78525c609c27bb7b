with

timings as (
    select * from {{ ref('int_timings_completed') }}
),

runs as (
    select * from {{ ref('int_runs_described') }}
    where is_own
),

keep_own_runs as (
    select
        timings.run,
        timings.architecture,
        timings.img_size,
        runs.device,
        runs.device_name,
        timings.samples_per_sec,
        1000 * timings.secs as ms,
        1000 * timings.secs_low as ms_low,
        1000 * timings.secs_high as ms_high,
        timings.is_measured
    from timings
    inner join runs on timings.run = runs.run
)

select * from keep_own_runs
