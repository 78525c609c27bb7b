with

benchmarks as (
    select benchmarks.* from {{ ref('model_benchmarks') }} as benchmarks
    semi join {{ ref('int_runs_published') }} as published on benchmarks.run = published.run
),

count_frontiers as (
    select
        model,
        img_size,
        count(*) as runs,
        count_if(is_frontier)::bigint as frontiers,
        count_if(is_frontier) / count(*) as frontier_share
    from benchmarks
    group by model, img_size
)

select * from count_frontiers
