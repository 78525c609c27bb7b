with

architectures as (
    select distinct architecture from {{ ref('int_results_current') }}
),

exceptions as (
    select * from {{ ref('architecture_groups') }}
),

-- The letters with a version (`convnextv2`), without the prefix of weights ported from
-- TensorFlow; the longest matching exception goes before.
name_groups as (
    select
        architectures.architecture,
        coalesce(
            arg_max(exceptions.architecture_group, length(exceptions.prefix)),
            regexp_extract(
                architectures.architecture, '^(?:tf_)?([a-z]+?(?:v\d)?)(?:[^a-z]|$)', 1
            )
        ) as architecture_group
    from architectures
    left join exceptions on starts_with(architectures.architecture, exceptions.prefix)
    group by architectures.architecture
)

select * from name_groups
