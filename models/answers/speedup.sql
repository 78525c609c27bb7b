{%- set parameters = ["from_device varchar", "to_device varchar"] -%}
{{ config(parameters=parameters) }}

with

asked as (
    {{ arguments(parameters) }}
),

chosen as (
    select
        {{ asked_device('asked.from_device', default='false') }} as from_device,
        {{ asked_device('asked.to_device', default='false') }} as to_device
    from asked
),

comparisons as (
    select
        comparisons.phase,
        comparisons.from_run,
        comparisons.to_run,
        comparisons.networks,
        comparisons.models,
        round(comparisons.median_speed_up, 3) as median_speed_up,
        round(comparisons.p10_speed_up, 3) as p10_speed_up,
        round(comparisons.p90_speed_up, 3) as p90_speed_up,
        comparisons.differs,
        comparisons.effect,
        comparisons.same_batch_networks,
        round(comparisons.same_batch_speed_up, 3) as same_batch_speed_up
    from chosen
    inner join {{ ref('run_comparisons') }} as comparisons
        on
            chosen.from_device = comparisons.from_device
            and chosen.to_device = comparisons.to_device
),

answer as (
    select
        *,
        null::varchar as note
    from comparisons
    union all by name
    select
        'There are no two runs of timm''s of one phase from ' || chosen.from_device || ' to '
        || chosen.to_device as note
    from chosen
    where not exists (select 1 from comparisons)
)

select * from answer
order by len(differs), from_run, to_run
