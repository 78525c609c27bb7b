with

results as (
    select * from {{ ref('int_results_classified') }}
),

renamed_results as (
    select
        *,
        'imagenet' as test_set
    from {{ ref('int_results_renamed') }}
),

current_results as (
    select * from {{ ref('int_results_current') }}
),

-- At the speeds of the default runs.
timed_results as (
    select distinct
        snapshot,
        'imagenet' as test_set,
        model,
        img_size
    from {{ ref('int_history_timed') }}
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

resolve_names as (
    select
        results.*,
        coalesce(renamed_results.architecture, results.architecture) as todays_architecture,
        timed_results.model is not null as is_timed
    from results
    left join renamed_results
        on
            results.snapshot = renamed_results.snapshot
            and results.test_set = renamed_results.test_set
            and results.model = renamed_results.model
            and results.img_size = renamed_results.img_size
    left join timed_results
        on
            results.snapshot = timed_results.snapshot
            and results.test_set = timed_results.test_set
            and results.model = timed_results.model
            and results.img_size = timed_results.img_size
),

give_reasons as (
    select
        results.snapshot,
        results.test_set,
        results.model,
        results.img_size,
        case
            when results.is_timed then null
            when not results.is_current and results.test_set <> 'imagenet' then 'older snapshot'
            when architectures.left_out_reason is not null then architectures.left_out_reason
            when results.is_current and current_results.model is null then 'orphan'
            when results.test_set <> 'imagenet' then null
            when timings.architecture is not null and results.is_current then null
            when timings.architecture is not null then 'other run only'
            when timed_architectures.architecture is not null then 'other image size only'
            else 'no speed published'
        end as left_out_reason
    from resolve_names as results
    left join current_results
        on
            results.test_set = current_results.test_set
            and results.model = current_results.model
            and results.img_size = current_results.img_size
    left join architectures on results.todays_architecture = architectures.architecture
    left join timings
        on
            results.todays_architecture = timings.architecture
            and results.img_size = timings.img_size
    left join timed_architectures
        on results.todays_architecture = timed_architectures.architecture
)

select * from give_reasons
