with

results as (
    select * from {{ ref('int_results_current') }}
    where test_set = 'imagenet'
),

architectures as (
    select * from {{ ref('int_architectures_grouped') }}
),

parsed_models as (
    select * from {{ ref('int_models_parsed') }}
),

cards as (
    select * from {{ ref('int_cards_licensed') }}
),

gather_sizes as (
    select
        model,
        any_value(architecture) as architecture,
        any_value(tag) as tag,
        any_value(family) as family,
        max(param_count) as param_count,
        array_sort(array_agg(img_size)) as img_sizes
    from results
    group by model
),

describe_models as (
    select
        gather_sizes.model,
        gather_sizes.architecture,
        gather_sizes.tag,
        gather_sizes.family,
        architectures.architecture_group,
        architectures.kind,
        cards.module,
        parsed_models.pretrained_on,
        parsed_models.extra_data_through,
        coalesce(cards.license, 'unknown') as license,
        coalesce(cards.license_kind, 'unknown') as license_kind,
        cards.license_url,
        cards.hub_id,
        cards.paper,
        gather_sizes.param_count,
        gather_sizes.img_sizes,
        cards.input_size,
        cards.num_features,
        cards.reductions,
        cards.is_fixed_input_size,
        parsed_models.is_extra_data,
        parsed_models.is_distilled,
        parsed_models.is_self_supervised
    from gather_sizes
    inner join architectures on gather_sizes.architecture = architectures.architecture
    inner join parsed_models on gather_sizes.model = parsed_models.model
    left join cards on gather_sizes.model = cards.model
)

select * from describe_models
