with

models as (
    select distinct
        model,
        architecture,
        tag
    from {{ ref('stg_imagenet_results') }}
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
        models.model,
        string_agg(
            datasets.dataset, ' > '
            order by strpos(concat('_', models.tag, '_'), concat('_', datasets.token, '_'))
        ) as pretrained_on
    from models
    inner join datasets
        on contains(concat('_', models.tag, '_'), concat('_', datasets.token, '_'))
    group by models.model
),

-- The architecture says it too: `deit_base_distilled_patch16_224`.
find_distillation as (
    select distinct models.model
    from models
    inner join distillation_tokens
        on
            list_contains(
                string_split(concat_ws('_', models.architecture, models.tag), '_'),
                distillation_tokens.token
            )
),

describe_training as (
    select
        models.model,
        coalesce(find_datasets.pretrained_on, 'imagenet-1k') as pretrained_on,
        find_datasets.model is not null as is_extra_data,
        find_distillation.model is not null as is_distilled
    from models
    left join find_datasets on models.model = find_datasets.model
    left join find_distillation on models.model = find_distillation.model
)

select * from describe_training
