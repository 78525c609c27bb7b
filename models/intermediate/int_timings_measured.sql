with

timings as (
    select * from {{ ref('int_timings_aggregated') }}
),

own_benchmarks as (
    select * from {{ ref('stg_own_benchmarks') }}
),

-- Names with several tags are one network, timed again.
average_own_repeats as (
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
        false as is_timed_variant
    from own_benchmarks
    group by run, architecture, img_size
),

union_own as (
    select * from timings
    union all by name
    select * from average_own_repeats
)

select * from union_own
