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
        {{ averaged_repeats() }},
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
