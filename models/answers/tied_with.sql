{%- set parameters = ["model varchar"] -%}
{{ config(parameters=parameters) }}

with

asked as (
    {{ arguments(parameters) }}
),

chosen as (
    select {{ asked_model('asked.model') }} as model
    from asked
),

own as (
    select ties.*
    from chosen
    inner join {{ ref('statistical_ties') }} as ties on chosen.model = ties.model
),

find_ties as (
    select
        own.img_size as own_img_size,
        own.top1 as own_top1,
        rivals.model,
        rivals.img_size,
        rivals.top1,
        round(rivals.top1 - own.top1, 3) as more_top1,
        case when rivals.model is null then 'Nothing else is this close' end as note
    from own
    left join {{ ref('statistical_ties') }} as rivals
        on
            own.lowest_tie <= rivals.top1
            and own.highest_tie >= rivals.top1
            and not (own.model = rivals.model and own.img_size = rivals.img_size)
)

select * from find_ties
order by own_img_size, abs(more_top1)::decimal(6, 3), find_ties.model
