{%- set parameters = [
    "model varchar",
    "device varchar := null",
    "phase varchar := 'infer'",
    "compiled boolean := null",
    "run varchar := null",
] -%}
{{ config(parameters=parameters) }}

with

asked as (
    {{ arguments(parameters) }}
),

chosen as (
    select
        {{ asked_run() }} as run,
        {{ asked_model('asked.model') }} as model
    from asked
),

benchmarks as (
    select
        rows_of_run.*,
        rows_of_run.model = chosen.model as is_asked
    from chosen
    inner join {{ ref('model_benchmarks') }} as rows_of_run on chosen.run = rows_of_run.run
),

-- A count that upstream does not give is no reason against an upgrade.
find_better as (
    select
        own.img_size as own_img_size,
        better.model,
        better.img_size,
        round(better.top1 - own.top1, 3) as more_top1,
        round(own.ms - better.ms, 4) as fewer_ms,
        round(own.param_count - better.param_count, 2) as fewer_param_count,
        round(own.gmacs - better.gmacs, 2) as fewer_gmacs,
        -- Weights of one network take the same time, however well it is known.
        round(if(own.ms = better.ms, 0, own.ms_low - better.ms_high), 4) as fewer_ms_low,
        round(if(own.ms = better.ms, 0, own.ms_high - better.ms_low), 4) as fewer_ms_high,
        own.is_measured and better.is_measured as is_measured,
        {{ how_to_measure('better') }} as note
    from benchmarks as own
    inner join benchmarks as better
        on
            own.top1 <= better.top1
            and own.ms >= better.ms
            and own.param_count >= better.param_count
            and coalesce(own.gmacs >= better.gmacs, true)
            and (own.top1 < better.top1 or own.ms > better.ms)
    where own.is_asked
),

say_if_none as (
    select
        chosen.model,
        case
            when (select count_if(benchmarks.is_asked) from benchmarks) = 0
                then 'This run did not time ' || chosen.model
            else 'Nothing in this run beats ' || chosen.model || ' on every axis'
        end as note
    from chosen
    where not exists (select 1 from find_better)
),

answer as (
    select * from find_better
    union all by name
    select note from say_if_none
)

select * from answer
order by own_img_size asc, more_top1 desc, fewer_ms desc, answer.model asc
