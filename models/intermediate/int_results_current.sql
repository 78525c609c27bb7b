with

results as (
    select * from {{ ref('stg_imagenet_results') }}
),

keep_newest_snapshot as (
    select * from results
    qualify snapshot = max(snapshot) over ()
)

select * from keep_newest_snapshot
