with

results as (
    select * from {{ ref('int_results_classified') }}
),

current_results as (
    select * from {{ ref('int_results_current') }}
),

architectures as (
    select * from {{ ref('int_architectures_grouped') }}
),

timings as (
    select distinct
        architecture,
        img_size
    from {{ ref('int_timings_aggregated') }}
),

timed_architectures as (
    select distinct architecture from timings
),

give_reasons as (
    select
        results.*,
        case
            when not results.is_current then 'older snapshot'
            when architectures.left_out_reason is not null then architectures.left_out_reason
            when current_results.model is null then 'orphan'
            when results.test_set <> 'imagenet' or timings.architecture is not null then null
            when timed_architectures.architecture is not null then 'other image size only'
            else 'no speed published'
        end as left_out_reason
    from results
    left join current_results
        on
            results.test_set = current_results.test_set
            and results.model = current_results.model
            and results.img_size = current_results.img_size
    left join architectures on results.architecture = architectures.architecture
    left join timings
        on results.architecture = timings.architecture and results.img_size = timings.img_size
    left join timed_architectures
        on results.architecture = timed_architectures.architecture
)

select * from give_reasons
