-- Our reading of a tag against what timm itself says, where its name of the time means one model
-- of today. timm's own mistake: mixer_l16_224 was pretrained on ImageNet-21k.
with

metadata as (
    select * from {{ ref('model_metadata') }}
    where model <> 'mixer_l16_224'
),

renames as (
    select * from {{ ref('architecture_renames') }}
),

models as (
    select * from {{ ref('models') }}
),

name_as_today as (
    select
        metadata.model as old_name,
        metadata.pretrain,
        coalesce(renames.new_name, metadata.model) as todays_name
    from metadata
    left join renames on metadata.model = renames.old_name
),

keep_names_of_one_model as (
    select
        name_as_today.old_name,
        name_as_today.pretrain,
        models.model,
        models.pretrained_on
    from name_as_today
    inner join models on name_as_today.todays_name in (models.model, models.architecture)
    qualify count(*) over (partition by name_as_today.old_name) = 1
)

select
    old_name,
    pretrain,
    model,
    pretrained_on
from keep_names_of_one_model
where
    pretrained_on <> 'unknown'
    and (pretrained_on <> 'imagenet-1k') = starts_with(pretrain, 'in1k')
