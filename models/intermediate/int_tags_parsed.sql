with

tags as (
    select distinct tag from {{ ref('stg_imagenet_results') }}
    where tag is not null
),

datasets as (
    select * from {{ ref('pretraining_datasets') }}
    where is_extra_data
),

distillation_tokens as (
    select token from {{ ref('tag_tokens') }}
    where kind = 'distillation'
),

-- Whole tokens only: `in1k` must not be found in `min1k`.
find_datasets as (
    select
        tags.tag,
        string_agg(
            datasets.dataset, ' > '
            order by strpos(concat('_', tags.tag, '_'), concat('_', datasets.token, '_'))
        ) as pretrained_on
    from tags
    inner join datasets
        on contains(concat('_', tags.tag, '_'), concat('_', datasets.token, '_'))
    group by tags.tag
),

find_distillation as (
    select distinct tags.tag
    from tags
    inner join distillation_tokens
        on list_contains(string_split(tags.tag, '_'), distillation_tokens.token)
),

describe_tags as (
    select
        tags.tag,
        coalesce(find_datasets.pretrained_on, 'imagenet-1k') as pretrained_on,
        find_datasets.tag is not null as is_extra_data,
        find_distillation.tag is not null as is_distilled
    from tags
    left join find_datasets on tags.tag = find_datasets.tag
    left join find_distillation on tags.tag = find_distillation.tag
)

select * from describe_tags
