with

results as (
    select * from {{ ref('stg_imagenet_results') }}
),

cards as (
    select * from {{ ref('stg_model_cards') }}
),

union_names as (
    select
        model,
        architecture,
        tag,
        true as is_imagenet1k_classifier
    from results
    union
    select
        model,
        architecture,
        tag,
        num_classes = 1000 as is_imagenet1k_classifier
    from cards
),

merge_sources as (
    select
        model,
        any_value(architecture) as architecture,
        any_value(tag) as tag,
        bool_or(is_imagenet1k_classifier) as is_imagenet1k_classifier
    from union_names
    group by model
)

select * from merge_sources
