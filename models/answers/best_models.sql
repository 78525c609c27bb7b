{%- set parameters = score_parameters() + ["everything boolean := false", "n bigint := null"] -%}
{{ config(parameters=parameters) }}

with

asked as (
    {{ arguments(parameters) }}
),

score_models as (
    select scores.* from asked
    cross join
        {{ ref('score_models') }}(
            {%- for parameter in score_parameters() %}
                {{ parameter.split()[0] }} := {{ parameter.split()[0] }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as scores
),

-- What breaks a limit, has a higher score, and of those takes the least time.
find_next_steps as (
    select
        *,
        {{ is_on_frontier('ms', 'score', 'run', 'is_within') }} as is_rung,
        min(struct_pack(
            ms := ms,
            less := -score,
            model := model,
            img_size := img_size,
            score := score,
            breaks := breaks
        )) filter (where not is_within) over (
            order by score desc groups between unbounded preceding and 1 preceding
        ) as step
    from score_models
    where score is not null
),

keep_within_limits as (
    select * from find_next_steps
    where is_within
),

measure_rungs as (
    select
        *,
        case when is_rung then score - lag(score) over by_time end as more_top1,
        case when is_rung then ms - lag(ms) over by_time end as more_ms,
        more_top1 <= {{ noise(
            'score_standard_error', 'lag(score_standard_error) over by_time'
        ) }} as is_within_noise
    from keep_within_limits
    window by_time as (partition by is_rung order by ms, score, model)
),

choose_rows as (
    select
        measure_rungs.*,
        row_number() over (
            order by
                measure_rungs.score desc,
                measure_rungs.ms asc,
                measure_rungs.model asc,
                measure_rungs.img_size asc
        ) as place
    from measure_rungs
    cross join asked
    where measure_rungs.is_rung or asked.everything
    qualify
        case
            when asked.n < 1 then error('n must be 1 or more')
            else place <= coalesce(asked.n, place)
        end
),

count_ties as (
    select
        own.place,
        -- Itself is among them.
        count(distinct rivals.model) - 1 as tied_models
    from choose_rows as own
    inner join keep_within_limits as rivals
        on
            abs(own.score - rivals.score)
            <= {{ noise('own.score_standard_error', 'rivals.score_standard_error') }}
    group by own.place
),

count_unscored as (
    select count(distinct model) as unscored_models from score_models
    where is_within and score is null
),

-- Never an empty answer: where nothing fits, the one whose figures overshoot the least.
say_why_none as (
    select
        case
            when count_if(is_within) > 0 then 'Every model within the limits lacks a test set'
            when count(*) = 0 then 'No model is of this kind, name and pretraining'
            else
                'Nothing fits. Nearest: ' || arg_min(
                    format(
                        '{} at {} px, {:.4f} ms{}, top1 {:.2f}, {:.2f} M parameters; but for {}',
                        model,
                        img_size,
                        ms,
                        if(
                            is_measured,
                            '',
                            format(' (predicted, {:.4f} to {:.4f})', ms_low, ms_high)
                        ),
                        top1,
                        param_count,
                        array_to_string(breaks, ', ')
                    ),
                    struct_pack(
                        overshoot := overshoot,
                        less := -top1,
                        model := model,
                        img_size := img_size
                    )
                )
        end as note
    from score_models
    having (select count(*) from choose_rows) = 0
),

answer as (
    select
        choose_rows.place,
        choose_rows.model,
        choose_rows.img_size,
        round(choose_rows.ms, 4) as ms,
        choose_rows.top1,
        round(choose_rows.more_top1, 3) as more_top1,
        round(choose_rows.more_ms, 4) as more_ms,
        choose_rows.is_within_noise,
        coalesce(count_ties.tied_models, 0) as tied_models,
        round(choose_rows.samples_per_sec, 1) as samples_per_sec,
        round(choose_rows.shifted_top1, 3) as shifted_top1,
        round(choose_rows.score, 3) as score,
        choose_rows.param_count,
        choose_rows.gmacs,
        choose_rows.kind,
        choose_rows.pretrained_on,
        choose_rows.extra_data_through,
        choose_rows.license,
        choose_rows.is_frontier,
        choose_rows.is_near_frontier,
        choose_rows.step.model as next_model,
        choose_rows.step.img_size as next_img_size,
        round(choose_rows.step.score - choose_rows.score, 3) as next_more_top1,
        round(choose_rows.step.ms - choose_rows.ms, 4) as next_more_ms,
        choose_rows.step.breaks as next_breaks,
        count_unscored.unscored_models,
        round(choose_rows.ms_low, 4) as ms_low,
        round(choose_rows.ms_high, 4) as ms_high,
        choose_rows.is_measured,
        {{ how_to_measure('choose_rows') }} as note
    from choose_rows
    left join count_ties on choose_rows.place = count_ties.place
    cross join count_unscored
    union all by name
    select * from say_why_none
)

select * from answer
order by place
