with

results as (
    select * from {{ ref('stg_imagenet_results') }}
),

-- From the view again, not from the step above: DuckDB keeps the rows of what is read twice.
newest as (
    select max(snapshot) as snapshot from {{ ref('stg_imagenet_results') }}
),

-- With the digit or underscore that ends them: a capturing group would double the time.
extract_letters as (
    select
        *,
        nullif(regexp_extract(architecture || '_', '^[a-z]+?(?:v2)?[\d_]')[:-2], '') as letters
    from results
),

append_suffixes as (
    select
        * exclude (letters),
        letters
        || case when contains(architecture, 'in22') then '_in22' else '' end
        || case when architecture like '%resnet%d%' then 'd' else '' end as family
    from extract_letters
),

flag_families_and_snapshots as (
    select
        *,
        case
            when ends_with(architecture, 'gn') then false
            else coalesce(regexp_matches(family, '{{ var("notebook_families") }}'), false)
        end as is_notebook_family,
        coalesce(regexp_full_match(family, '{{ var("headline_families") }}'), false)
            as is_headline_family,
        snapshot = (select newest.snapshot from newest) as is_current
    from append_suffixes
)

select * from flag_families_and_snapshots
