with

cards as (
    select * from {{ ref('stg_model_cards') }}
),

licenses as (
    select * from {{ ref('licenses') }}
),

judge_licenses as (
    select
        cards.*,
        licenses.license_url,
        coalesce(licenses.license_kind, 'unknown') as license_kind
    from cards
    left join licenses on cards.license = licenses.license
)

select * from judge_licenses
