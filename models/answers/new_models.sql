{%- set default_since = "'2024-01-01'" -%}
{%- set parameters = ["since varchar := " ~ default_since, "device varchar := null"] -%}
{{ config(parameters=parameters) }}

with

asked as (
    {{ arguments(parameters) }}
),

chosen as (
    select
        coalesce(
            try_cast(coalesce(asked.since, {{ default_since }}) as date),
            try_cast(asked.since || '-01' as date),
            try_cast(asked.since || '-01-01' as date),
            error('since is a date, such as since := ''2024-01-01''')
        ) as since,
        {{ asked_device('asked.device') }} as device
    from asked
),

newer_models as (
    select debuts.*
    from chosen
    inner join {{ ref('model_debuts') }} as debuts on chosen.since <= debuts.since
),

-- Each model at the image size at which it is the most accurate.
best_sizes as (
    select accuracy.*
    from {{ ref('model_accuracy') }} as accuracy
    inner join newer_models on accuracy.model = newer_models.model
    qualify row_number() over (
        partition by accuracy.model order by accuracy.top1 desc, accuracy.img_size asc
    ) = 1
),

benchmarks as (
    select rows_of_run.*
    from {{ ref('model_benchmarks') }} as rows_of_run
    inner join chosen on rows_of_run.device = chosen.device
    where rows_of_run.phase = 'infer' and rows_of_run.is_default_run
),

describe_models as (
    select
        newer_models.model,
        newer_models.since,
        best_sizes.img_size,
        best_sizes.top1,
        round(benchmarks.ms, 4) as ms,
        best_sizes.param_count,
        best_sizes.pretrained_on,
        newer_models.is_frontier_moved,
        newer_models.moved_frontiers,
        round(benchmarks.ms_low, 4) as ms_low,
        round(benchmarks.ms_high, 4) as ms_high,
        benchmarks.is_measured,
        {{ how_to_measure('benchmarks') }} as note
    from newer_models
    inner join best_sizes on newer_models.model = best_sizes.model
    left join benchmarks
        on
            best_sizes.model = benchmarks.model
            and best_sizes.img_size = benchmarks.img_size
),

say_if_none as (
    select 'Nothing is as new as this: the newest came on ' || max(debuts.since)::varchar as note
    from {{ ref('model_debuts') }} as debuts
    where not exists (select 1 from describe_models)
    having count(*) > 0
),

answer as (
    select * from describe_models
    union all by name
    select note from say_if_none
)

select * from answer
order by top1 desc, ms asc, model asc
