with

results as (
    select * from {{ ref('int_results_classified') }}
    where is_current
),

benchmarks as (
    select * from {{ ref('int_benchmarks_renamed') }}
),

exceptions as (
    select * from {{ ref('architecture_groups') }}
),

union_architectures as (
    select architecture from results
    union
    select architecture from benchmarks
),

-- The letters with a version (`convnextv2`), without the prefix of weights ported from
-- TensorFlow; the longest matching exception goes before.
name_groups as (
    select
        union_architectures.architecture,
        coalesce(
            arg_max(exceptions.architecture_group, length(exceptions.prefix)),
            nullif(
                regexp_extract(
                    lower(union_architectures.architecture),
                    '^(?:tf_)?([a-z]+?(?:v\d)?)(?:[^a-z]|$)',
                    1
                ),
                ''
            ),
            'unknown'
        ) as architecture_group
    from union_architectures
    left join exceptions on starts_with(union_architectures.architecture, exceptions.prefix)
    group by union_architectures.architecture
),

-- timm's `test_*` models are made to test its code: tiny, and on every frontier.
leave_out_toys as (
    select
        *,
        case when starts_with(architecture, 'test_') then 'toy model' end as left_out_reason
    from name_groups
)

select * from leave_out_toys
