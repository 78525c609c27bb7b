with

benchmarks as (
    select * from {{ ref('int_benchmarks_matched') }}
    where is_usable
),

-- Several old names can stand for one architecture: the same network timed again.
average_repeats as (
    select
        run,
        architecture,
        img_size,
        avg(samples_per_sec) as samples_per_sec,
        1 / avg(samples_per_sec) as secs,
        avg(step_time) as step_time,
        max(batch_size) as batch_size,
        count(*) as timings,
        100 * (max(samples_per_sec) / min(samples_per_sec) - 1) as timing_spread,
        bool_or(is_timed_variant) as is_timed_variant
    from benchmarks
    group by run, architecture, img_size
)

select * from average_repeats
