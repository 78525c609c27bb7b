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
        {{ averaged_repeats() }},
        bool_or(is_timed_variant) as is_timed_variant
    from benchmarks
    group by run, architecture, img_size
)

select * from average_repeats
