with

results as (
    select * from {{ ref('stg_imagenet_results') }}
),

-- From the view again, not from the step above: DuckDB keeps the rows of what is read twice.
newest as (
    select
        test_set,
        max(snapshot) as snapshot
    from {{ ref('stg_imagenet_results') }}
    group by test_set
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
        append_suffixes.*,
        case
            when ends_with(append_suffixes.architecture, 'gn') then false
            else
                coalesce(
                    regexp_matches(append_suffixes.family, '{{ var("notebook_families") }}'), false
                )
        end as is_notebook_family,
        coalesce(
            regexp_full_match(append_suffixes.family, '{{ var("headline_families") }}'), false
        ) as is_headline_family,
        append_suffixes.snapshot = newest.snapshot as is_current
    from append_suffixes
    inner join newest on append_suffixes.test_set = newest.test_set
)

select * from flag_families_and_snapshots
