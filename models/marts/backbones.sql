with

cards as (
    select * from {{ ref('int_cards_licensed') }}
),

tested_models as (
    select * from {{ ref('models') }}
),

architectures as (
    select * from {{ ref('int_architectures_grouped') }}
    where left_out_reason is null
),

parsed_models as (
    select * from {{ ref('int_models_parsed') }}
),

costs as (
    select * from {{ ref('int_costs_newest') }}
),

timings as (
    select * from {{ ref('int_timings_aggregated') }}
),

untested_cards as (
    select cards.*
    from cards
    anti join tested_models on cards.model = tested_models.model
),

count_parameters as (
    select
        architecture,
        max(param_count) as param_count
    from costs
    group by architecture
),

gather_sizes as (
    select
        architecture,
        list(distinct img_size order by img_size) as timed_img_sizes
    from timings
    group by architecture
),

describe_backbones as (
    select
        untested_cards.model,
        untested_cards.architecture,
        untested_cards.tag,
        architectures.architecture_group,
        architectures.kind,
        untested_cards.module,
        parsed_models.pretrained_on,
        parsed_models.extra_data_through,
        untested_cards.license,
        untested_cards.license_kind,
        untested_cards.license_url,
        untested_cards.hub_id,
        untested_cards.paper,
        count_parameters.param_count,
        coalesce(gather_sizes.timed_img_sizes, []) as timed_img_sizes,
        untested_cards.input_size,
        untested_cards.num_classes,
        untested_cards.num_features,
        untested_cards.reductions,
        untested_cards.is_fixed_input_size,
        parsed_models.is_extra_data,
        parsed_models.is_distilled,
        parsed_models.is_self_supervised
    from untested_cards
    inner join architectures on untested_cards.architecture = architectures.architecture
    inner join parsed_models on untested_cards.model = parsed_models.model
    left join count_parameters
        on untested_cards.architecture = count_parameters.architecture
    left join gather_sizes on untested_cards.architecture = gather_sizes.architecture
)

select * from describe_backbones
