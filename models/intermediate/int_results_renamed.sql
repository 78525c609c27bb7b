with

results as (
    select * from {{ ref('int_results_classified') }}
    where test_set = 'imagenet'
),

architectures as (
    select
        architecture,
        max(param_count) as param_count
    from {{ ref('int_results_classified') }}
    where is_current
    group by architecture
),

renames as (
    select * from {{ ref('architecture_renames') }}
),

todays_results as (
    select * from {{ ref('int_results_current') }}
    where test_set = 'imagenet'
),

parsed_models as (
    select * from {{ ref('int_models_parsed') }}
),

resolve_names as (
    select
        results.snapshot,
        results.model,
        results.img_size,
        results.tag,
        results.top1,
        {{ todays_architecture('results.architecture', 'results.param_count') }}
            as architecture,
        results.is_current
    from results
    {{ join_todays_networks('results.architecture') }}
),

-- Until December 2022 names had no tags: then the accuracy tells the weights, where only one of
-- today's has it.
find_todays_models as (
    select
        resolve_names.snapshot,
        resolve_names.model,
        resolve_names.img_size,
        any_value(todays_results.model) as todays_model
    from resolve_names
    inner join todays_results
        on
            resolve_names.architecture = todays_results.architecture
            and resolve_names.img_size = todays_results.img_size
            and case
                when resolve_names.tag is not null then resolve_names.tag = todays_results.tag
                else
                    round(abs(resolve_names.top1 - todays_results.top1), 3)
                    <= {{ var('same_top1') }}
            end
    group by resolve_names.snapshot, resolve_names.model, resolve_names.img_size
    having count(*) = 1
),

name_todays_models as (
    select
        resolve_names.snapshot,
        resolve_names.model,
        resolve_names.img_size,
        resolve_names.architecture,
        case
            when resolve_names.is_current then resolve_names.model
            else find_todays_models.todays_model
        end as todays_model,
        resolve_names.top1,
        resolve_names.is_current
    from resolve_names
    left join find_todays_models
        on
            resolve_names.snapshot = find_todays_models.snapshot
            and resolve_names.model = find_todays_models.model
            and resolve_names.img_size = find_todays_models.img_size
),

describe_models as (
    select
        name_todays_models.*,
        parsed_models.is_extra_data
    from name_todays_models
    left join parsed_models
        on coalesce(name_todays_models.todays_model, name_todays_models.model) = parsed_models.model
)

select * from describe_models
