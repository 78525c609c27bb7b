{%- set parameters = [
    "device varchar := null",
    "phase varchar := 'infer'",
    "compiled boolean := null",
    "run varchar := null",
    "max_ms double := null",
    "min_samples_per_sec double := null",
    "min_top1 double := null",
    "max_param_count double := null",
    "max_gmacs double := null",
    "license_kind varchar := null",
    "kind varchar := null",
    "architecture_group varchar := null",
    "name varchar := null",
    "imagenet1k_only boolean := false",
    "is_self_supervised boolean := null",
    "robust_weight double := 0",
    "everything boolean := false",
    "n bigint := null",
] -%}
{%- set limits = [
    "asked.max_ms",
    "asked.min_samples_per_sec",
    "asked.min_top1",
    "asked.max_param_count",
    "asked.max_gmacs",
] -%}
{{ config(parameters=parameters) }}

with

asked as (
    {{ arguments(parameters) }}
),

chosen as (
    select
        {{ asked_run() }} as run,
        coalesce(asked.robust_weight, 0) as robust_weight,
        coalesce(asked.everything, false) as everything,
        asked.n
    from asked
    where
        {{ are_sizes(limits) }}
        and {{ is_one_of('asked.license_kind', 'models', 'license_kind', 'kind of licence') }}
        and {{ is_one_of('asked.kind', 'models', 'kind', 'kind') }}
        and {{ is_one_of('asked.architecture_group', 'models', 'architecture_group', 'group') }}
        and case
            when asked.n < 1 then error('n must be 1 or more')
            when asked.robust_weight not between 0 and 1
                then error('robust_weight must be from 0 to 1')
            when asked.min_top1 not between 1 and 100
                then error('top1 is in percent: min_top1 := 80, not 0.8')
            when asked.max_param_count > 20000
                then error('param_count is in millions: max_param_count := 25, not 25000000')
            when asked.max_gmacs > 100000
                then error('gmacs is in billions: max_gmacs := 4, not 4000000000')
            else true
        end
),

-- A model that lacks one of the shifted test sets has no score where they weigh in.
score_models as (
    select
        benchmarks.*,
        case
            when asked.imagenet1k_only then benchmarks.is_frontier_imagenet1k
            else benchmarks.is_frontier
        end as is_asked_frontier,
        if(
            chosen.robust_weight = 0,
            benchmarks.top1,
            (1 - chosen.robust_weight) * benchmarks.top1
            + chosen.robust_weight * benchmarks.shifted_top1
        ) as score,
        if(
            chosen.robust_weight = 0,
            benchmarks.top1_standard_error,
            sqrt(
                pow((1 - chosen.robust_weight) * benchmarks.top1_standard_error, 2)
                + pow(chosen.robust_weight * benchmarks.shifted_top1_standard_error, 2)
            )
        ) as score_standard_error,
        list_sort(list_distinct([
            if(benchmarks.license_kind <> asked.license_kind, 'license_kind', null),
            if(coalesce(benchmarks.gmacs, 'inf') > asked.max_gmacs, 'max_gmacs', null),
            if(benchmarks.ms > asked.max_ms, 'max_ms', null),
            if(benchmarks.param_count > asked.max_param_count, 'max_param_count', null),
            if(
                benchmarks.samples_per_sec < asked.min_samples_per_sec, 'min_samples_per_sec', null
            ),
            if(benchmarks.top1 < asked.min_top1, 'min_top1', null)
        ])) as next_breaks,
        len(next_breaks) = 0 as is_within,
        greatest(ln(benchmarks.ms / asked.max_ms), 0)
        + greatest(ln(asked.min_samples_per_sec / benchmarks.samples_per_sec), 0)
        + greatest(ln(asked.min_top1 / benchmarks.top1), 0)
        + greatest(ln(benchmarks.param_count / asked.max_param_count), 0)
        + greatest(ln(benchmarks.gmacs / asked.max_gmacs), 0)
        + if(benchmarks.license_kind <> asked.license_kind, 'inf'::double, 0) as overshoot
    from {{ ref('model_benchmarks') }} as benchmarks
    inner join chosen on benchmarks.run = chosen.run
    cross join asked
    where
        not (coalesce(asked.imagenet1k_only, false) and benchmarks.is_extra_data)
        and {{ is_asked_for('benchmarks') }}
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
            breaks := next_breaks
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
        row_number() over (order by score desc, ms asc, model asc, img_size asc) as place
    from measure_rungs
    cross join chosen
    where measure_rungs.is_rung or chosen.everything
    qualify place <= coalesce(any_value(chosen.n) over (), place)
),

count_ties as (
    select
        own.place,
        count(distinct rivals.model) as tied_models
    from choose_rows as own
    inner join keep_within_limits as rivals
        on
            own.model <> rivals.model
            and abs(own.score - rivals.score)
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
                        '{} at {} px, {:.4f} ms, top1 {:.2f}, {:.2f} M parameters; but for {}',
                        model, img_size, ms, top1, param_count, array_to_string(next_breaks, ', ')
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
        round(choose_rows.samples_per_sec, 1) as samples_per_sec,
        choose_rows.top1,
        round(choose_rows.shifted_top1, 3) as shifted_top1,
        round(choose_rows.score, 3) as score,
        round(choose_rows.more_top1, 3) as more_top1,
        round(choose_rows.more_ms, 4) as more_ms,
        choose_rows.is_within_noise,
        coalesce(count_ties.tied_models, 0) as tied_models,
        choose_rows.param_count,
        choose_rows.gmacs,
        choose_rows.kind,
        choose_rows.pretrained_on,
        choose_rows.license,
        choose_rows.is_asked_frontier as is_frontier,
        choose_rows.is_near_frontier,
        choose_rows.step.model as next_model,
        choose_rows.step.img_size as next_img_size,
        round(choose_rows.step.score - choose_rows.score, 3) as next_more_top1,
        round(choose_rows.step.ms - choose_rows.ms, 4) as next_more_ms,
        choose_rows.step.breaks as next_breaks,
        count_unscored.unscored_models
    from choose_rows
    left join count_ties on choose_rows.place = count_ties.place
    cross join count_unscored
    union all by name
    select * from say_why_none
)

select * from answer
order by place
