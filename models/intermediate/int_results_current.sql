with

results as (
    select * from {{ ref('int_results_classified') }}
),

keep_newest_snapshot as (
    select * from results
    qualify snapshot = max(snapshot) over ()
)

select * from keep_newest_snapshot
