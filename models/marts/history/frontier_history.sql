with

history as (
    select * from {{ ref('int_history_timed') }}
),

runs as (
    select * from {{ ref('benchmark_runs') }}
),

test_sets as (
    select * from {{ ref('test_sets') }}
    where test_set = 'imagenet'
),

snapshots as (
    select
        snapshot,
        lead(snapshot) over (order by snapshot) as next_snapshot,
        year(min(snapshot) over ()) as first_year,
        year(max(snapshot) over ()) as last_year
    from history
    group by snapshot
),

find_januaries as (
    select
        snapshot,
        list_filter(
            generate_series(first_year, last_year),
            lambda at_year: snapshot < make_date(at_year, 2, 1)
            and coalesce(next_snapshot >= make_date(at_year, 2, 1), true)
        )::integer[] as januaries
    from snapshots
),

compare_models_of_a_day as (
    select
        *,
        count(*) over (partition by run, snapshot) as n_models,
        {{ is_on_frontier('secs', 'top1', 'run, snapshot') }} as is_frontier,
        {{ is_on_frontier('secs', 'top1', 'run, snapshot', 'not is_extra_data') }}
            as is_frontier_imagenet1k
    from history
),

describe_frontiers as (
    select
        compared.run,
        compared.snapshot,
        compared.model,
        compared.img_size,
        compared.todays_model,
        compared.architecture,
        runs.phase,
        runs.device,
        runs.device_name,
        1000 * compared.secs as ms,
        compared.top1,
        {{ standard_error('compared.top1', 'test_sets.images') }} as top1_standard_error,
        compared.n_models,
        find_januaries.januaries,
        compared.is_extra_data,
        compared.is_frontier,
        compared.is_frontier_imagenet1k
    from compare_models_of_a_day as compared
    inner join runs on compared.run = runs.run
    inner join find_januaries on compared.snapshot = find_januaries.snapshot
    cross join test_sets
    where compared.is_frontier or compared.is_frontier_imagenet1k
)

select * from describe_frontiers
