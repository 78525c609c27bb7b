with

timings as (
    select * from {{ ref('int_timings_aggregated') }}
),

results as (
    select * from {{ ref('int_results_current') }}
    where test_set = 'imagenet'
),

architectures as (
    select * from {{ ref('int_architectures_grouped') }}
),

costs as (
    select * from {{ ref('int_costs_newest') }}
),

count_parameters as (
    select
        architecture,
        img_size,
        top1,
        max(param_count) over (partition by model) as param_count
    from results
),

gather_models as (
    select
        architecture,
        img_size,
        max(top1) as top1,
        max(param_count) as param_count,
        count(*) as models
    from count_parameters
    group by architecture, img_size
),

join_at_the_same_size as (
    select
        timings.run,
        timings.architecture,
        timings.img_size,
        architectures.kind,
        timings.secs,
        timings.batch_size,
        gather_models.top1,
        gather_models.param_count,
        costs.gmacs,
        costs.macts,
        gather_models.models
    from timings
    inner join gather_models
        on
            timings.architecture = gather_models.architecture
            and timings.img_size = gather_models.img_size
    inner join architectures on timings.architecture = architectures.architecture
    left join costs
        on timings.architecture = costs.architecture and timings.img_size = costs.img_size
)

select * from join_at_the_same_size
