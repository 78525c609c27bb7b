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
        compared.is_extra_data,
        compared.is_frontier,
        compared.is_frontier_imagenet1k
    from compare_models_of_a_day as compared
    inner join runs on compared.run = runs.run
    cross join test_sets
    where compared.is_frontier or compared.is_frontier_imagenet1k
)

select * from describe_frontiers
