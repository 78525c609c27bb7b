with

models as (
    select * from {{ ref('int_models_named') }}
),

datasets as (
    select * from {{ ref('pretraining_datasets') }}
),

teachers as (
    select * from {{ ref('teachers') }}
),

unknown_tags as (
    select distinct tag from {{ ref('int_tag_tokens') }}
    where not is_known
),

tokens as (
    select * from {{ ref('tag_tokens') }}
    where kind in ('distillation', 'self-supervision')
),

-- Whole tokens only: `in1k` must not be found in `min1k`.
find_datasets as (
    select
        models.model,
        string_agg(
            datasets.dataset, ' > '
            order by strpos(concat('_', models.tag, '_'), concat('_', datasets.token, '_'))
        ) filter (where datasets.is_extra_data) as extra_datasets
    from models
    inner join datasets
        on contains(concat('_', models.tag, '_'), concat('_', datasets.token, '_'))
    group by models.model
),

-- The architecture says it too: `deit_base_distilled_patch16_224`. But weights of one that is
-- called after self-supervision may be distilled: `vit_base_patch16_dinov3_qkvb.eupe_lvd1689m`.
find_methods as (
    select
        models.model,
        bool_or(tokens.kind = 'distillation') as is_distilled,
        list_contains(
            coalesce(
                list(tokens.kind) filter (
                    where list_contains(string_split(models.tag, '_'), tokens.token)
                ),
                list(tokens.kind)
            ),
            'self-supervision'
        ) as is_self_supervised
    from models
    inner join tokens
        on
            list_contains(
                string_split(concat_ws('_', models.architecture, models.tag), '_'), tokens.token
            )
    group by models.model
),

find_teachers as (
    select
        models.model,
        list(teachers.role) filter (where teachers.is_extra_data) as extra_roles,
        bool_or(teachers.is_extra_data is null) as is_unknown
    from models
    inner join teachers
        on
            regexp_full_match(models.architecture, teachers.architecture_pattern)
            and regexp_full_match(models.tag, teachers.tag_pattern)
    group by models.model
),

-- Without a tag, or with a word that nobody explained, the rest may have been left unsaid. What
-- names no data at all means ImageNet-1k only where the model tells its classes.
describe_training as (
    select
        models.model,
        models.tag is null or unknown_tags.tag is not null as has_unknown_words,
        case
            when find_datasets.extra_datasets is not null then find_datasets.extra_datasets
            when has_unknown_words then 'unknown'
            when find_datasets.model is not null or models.is_imagenet1k_classifier
                then 'imagenet-1k'
            else 'unknown'
        end as pretrained_on,
        case
            when find_methods.is_distilled then true
            when not has_unknown_words then false
        end as is_distilled,
        case
            when find_methods.is_self_supervised then true
            when not has_unknown_words then false
        end as is_self_supervised,
        coalesce(find_teachers.extra_roles, [])
        || if(pretrained_on in ('unknown', 'imagenet-1k'), [], ['weights']) as all_extra_roles,
        pretrained_on = 'unknown'
        or coalesce(find_teachers.is_unknown, is_distilled, false) as may_have_extra_data
    from models
    left join unknown_tags on models.tag = unknown_tags.tag
    left join find_datasets on models.model = find_datasets.model
    left join find_methods on models.model = find_methods.model
    left join find_teachers on models.model = find_teachers.model
),

name_extra_data as (
    select
        * exclude (has_unknown_words, all_extra_roles, may_have_extra_data),
        nullif(
            array_to_string(
                list_filter(
                    ['weights', 'teacher', 'tokenizer'],
                    lambda role: list_contains(all_extra_roles, role)
                ),
                ', '
            ),
            ''
        ) as extra_data_through,
        case
            when extra_data_through is not null then true
            when not may_have_extra_data then false
        end as is_extra_data
    from describe_training
)

select * from name_extra_data
