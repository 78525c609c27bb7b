with

results as (
    select * from {{ ref('int_results_renamed') }}
),

models as (
    select * from {{ ref('models') }}
),

frontiers as (
    select * from {{ ref('frontier_history') }}
    where is_frontier
),

date_models as (
    select
        models.model,
        min(results.snapshot) as since
    from models
    inner join results on models.model = results.todays_model
    group by models.model
),

-- As fast and as accurate as what came before on the run, and better in one.
find_moves as (
    select distinct
        date_models.model,
        own.run
    from date_models
    inner join frontiers as own
        on
            date_models.model = own.todays_model
            and date_models.since = own.snapshot
    anti join frontiers as earlier
        on
            own.run = earlier.run
            and own.snapshot > earlier.snapshot
            and own.ms >= earlier.ms
            and own.top1 <= earlier.top1
),

count_moves as (
    select
        date_models.model,
        date_models.since,
        list(find_moves.run order by find_moves.run) filter (where find_moves.run is not null)
            as moved_frontiers
    from date_models
    left join find_moves on date_models.model = find_moves.model
    group by date_models.model, date_models.since
),

flag_moves as (
    select
        model,
        since,
        coalesce(moved_frontiers, []) as moved_frontiers,
        moved_frontiers is not null as is_frontier_moved
    from count_moves
)

select * from flag_moves
