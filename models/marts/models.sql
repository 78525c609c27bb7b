with

results as (
    select * from {{ ref('int_results_current') }}
    where test_set = 'imagenet'
),

architecture_groups as (
    select * from {{ ref('int_architectures_grouped') }}
),

tags as (
    select * from {{ ref('int_tags_parsed') }}
),

distillation_tokens as (
    select token from {{ ref('tag_tokens') }}
    where kind = 'distillation'
),

gather_sizes as (
    select
        model,
        any_value(architecture) as architecture,
        any_value(tag) as tag,
        any_value(family) as family,
        max(param_count) as param_count,
        list(img_size order by img_size) as img_sizes
    from results
    group by model
),

describe_models as (
    select
        gather_sizes.model,
        gather_sizes.architecture,
        gather_sizes.tag,
        gather_sizes.family,
        architecture_groups.architecture_group,
        coalesce(tags.pretrained_on, 'imagenet-1k') as pretrained_on,
        gather_sizes.param_count,
        gather_sizes.img_sizes,
        coalesce(tags.is_extra_data, false) as is_extra_data,
        coalesce(tags.is_distilled, false)
        or exists (
            select 1 from distillation_tokens
            where
                list_contains(
                    string_split(gather_sizes.architecture, '_'), distillation_tokens.token
                )
        ) as is_distilled,
        starts_with(gather_sizes.architecture, 'test_') as is_toy
    from gather_sizes
    left join architecture_groups
        on gather_sizes.architecture = architecture_groups.architecture
    left join tags on gather_sizes.tag = tags.tag
)

select * from describe_models
