with

results as (
    select * from {{ ref('int_results_classified') }}
    where is_current
),

benchmarks as (
    select * from {{ ref('int_benchmarks_renamed') }}
),

cards as (
    select * from {{ ref('stg_model_cards') }}
),

exceptions as (
    select * from {{ ref('architecture_prefixes') }}
),

groups as (
    select * from {{ ref('architecture_groups') }}
),

union_architectures as (
    select architecture from results
    union
    select architecture from benchmarks
    union
    select architecture from cards
),

-- The letters with a version (`convnextv2`), without the prefix of weights ported from
-- TensorFlow.
extract_letters as (
    select
        architecture,
        nullif(
            regexp_extract(
                lower(architecture), '^(?:tf_)?([a-z]+?(?:v\d)?)(?:[^a-z]|$)', 1
            ),
            ''
        ) as letters
    from union_architectures
),

-- As names spell them: vit and swin.
shorten_modules as (
    select distinct
        architecture,
        replace(replace(module, 'vision_transformer', 'vit'), '_transformer', '') as module
    from cards
),

-- A module says more than the letters where it goes on from them (tiny: tiny_vit), where it is
-- a later word of the name (dm_nfnet: nfnet), and where the letters are those of a module that
-- the architecture, a plain ViT, is not in (beit3).
follow_modules as (
    select
        extract_letters.architecture,
        case
            when
                starts_with(modules.module, extract_letters.letters)
                or regexp_matches(
                    extract_letters.architecture, '_' || modules.module || '(?:[^a-z]|$)'
                )
                or (
                    modules.module = 'vit'
                    and extract_letters.letters in (select cards.module from cards)
                )
                then modules.module
            else extract_letters.letters
        end as architecture_group
    from extract_letters
    left join shorten_modules as modules
        on extract_letters.architecture = modules.architecture
),

-- The longest exception that fits goes before.
name_groups as (
    select
        follow_modules.architecture,
        coalesce(
            max_by(exceptions.architecture_group, length(exceptions.prefix)),
            any_value(follow_modules.architecture_group),
            'unknown'
        ) as architecture_group
    from follow_modules
    left join exceptions on starts_with(follow_modules.architecture, exceptions.prefix)
    group by follow_modules.architecture
),

-- timm's `test_*` models are made to test its code: tiny, and on every frontier.
leave_out_toys as (
    select
        name_groups.architecture,
        name_groups.architecture_group,
        coalesce(groups.kind, 'unknown') as kind,
        case
            when starts_with(name_groups.architecture, 'test_') then 'toy model'
        end as left_out_reason
    from name_groups
    left join groups on name_groups.architecture_group = groups.architecture_group
)

select * from leave_out_toys
