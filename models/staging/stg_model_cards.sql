with

model_cards as (
    select * from {{ ref('model_cards') }}
),

split_names_and_strides as (
    select
        -- keys
        model_cards.model,

        -- names
        {{ architecture_of('model_cards.model') }} as architecture,
        {{ tag_of('model_cards.model') }} as tag,
        coalesce(model_cards.license, 'unknown') as license,
        model_cards.paper,
        model_cards.hub_id,
        model_cards.module,
        model_cards.timm_version,

        -- numbers
        model_cards.input_size,
        model_cards.num_classes,
        model_cards.num_features,
        string_split(model_cards.reductions, ' ')::integer[] as reductions,

        -- flags
        model_cards.fixed_input_size as is_fixed_input_size
    from model_cards
)

select * from split_names_and_strides
