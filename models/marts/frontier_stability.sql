with

benchmarks as (
    select * from {{ ref('model_benchmarks') }}
    where not is_own
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
