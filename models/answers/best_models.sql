{%- set parameters = [
    "device varchar := null",
    "phase varchar := 'infer'",
    "compiled boolean := false",
    "max_ms double := null",
    "min_samples_per_sec double := null",
    "min_top1 double := null",
    "max_param_count double := null",
    "max_gmacs double := null",
    "imagenet1k_only boolean := false",
    "license_kind varchar := null",
    "robust_weight double := 0",
    "n bigint := 10",
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

license_kinds as (
    select list_sort(list(distinct models.license_kind)) as kinds
    from {{ ref('models') }} as models
),

chosen_run as (
    select
        {{ asked_run() }} as run,
        case
            when coalesce(asked.n < 1, true) then error('n must be 1 or more')
            when coalesce(asked.robust_weight not between 0 and 1, true)
                then error('robust_weight must be from 0 to 1')
            -- What is not a number counts as greater than any.
            when
                least({{ limits | join(', ') }}) < 1e-9
                or greatest({{ limits | join(', ') }}) > 1e15
                then error('a limit must be above 0, from 1e-9 to 1e15; null is no limit')
            when asked.min_top1 not between 1 and 100
                then error('top1 is in percent: min_top1 := 80, not 0.8')
            when not list_contains(license_kinds.kinds, asked.license_kind)
                then
                    error(
                        'There is no kind of licence "' || asked.license_kind_start
                        || '". There are: ' || array_to_string(license_kinds.kinds, ', ')
                    )
            when asked.max_param_count > 20000
                then error('param_count is in millions: max_param_count := 25, not 25000000')
            when asked.max_gmacs > 100000
                then error('gmacs is in billions: max_gmacs := 4, not 4000000000')
            else asked.n
        end as n
    from asked
    cross join license_kinds
),

-- A model that lacks one of the shifted test sets has no score where they weigh in.
score_models as (
    select
        benchmarks.*,
        case
            when asked.imagenet1k_only then benchmarks.is_frontier_imagenet1k
            else benchmarks.is_frontier
        end as is_asked_frontier,
        case
            when asked.robust_weight = 0 then benchmarks.top1
            else
                (1 - asked.robust_weight) * benchmarks.top1
                + asked.robust_weight * benchmarks.shifted_top1
        end as score,
        list_sort(list_distinct([
            if(benchmarks.license_kind <> asked.license_kind, 'license_kind', null),
            if(coalesce(benchmarks.gmacs, 'inf') > asked.max_gmacs, 'max_gmacs', null),
            if(benchmarks.ms > asked.max_ms, 'max_ms', null),
            if(benchmarks.param_count > asked.max_param_count, 'max_param_count', null),
            if(
                benchmarks.samples_per_sec < asked.min_samples_per_sec, 'min_samples_per_sec', null
            ),
            if(benchmarks.top1 < asked.min_top1, 'min_top1', null)
        ])) as broken_limits,
        greatest(ln(benchmarks.ms / asked.max_ms), 0)
        + greatest(ln(asked.min_samples_per_sec / benchmarks.samples_per_sec), 0)
        + greatest(ln(asked.min_top1 / benchmarks.top1), 0)
        + greatest(ln(benchmarks.param_count / asked.max_param_count), 0)
        + greatest(ln(benchmarks.gmacs / asked.max_gmacs), 0)
        + if(benchmarks.license_kind <> asked.license_kind, 'inf'::double, 0) as overshoot
    from {{ ref('model_benchmarks') }} as benchmarks
    inner join chosen_run on benchmarks.run = chosen_run.run
    cross join asked
    where not (coalesce(asked.imagenet1k_only, false) and benchmarks.is_extra_data)
),

keep_within_limits as (
    select
        *,
        row_number() over (
            order by score desc nulls last, ms asc, model asc, img_size asc
        ) as place
    from score_models
    where len(broken_limits) = 0
    qualify place <= (select chosen_run.n from chosen_run)
),

-- The cheapest step up: of all more accurate models the fastest, whatever the limits say.
find_next_step as (
    select
        kept.place,
        min(struct_pack(
            ms := better.ms,
            less := -better.top1,
            model := better.model,
            img_size := better.img_size,
            top1 := better.top1,
            broken_limits := better.broken_limits
        )) as step
    from keep_within_limits as kept
    inner join score_models as better on kept.top1 < better.top1
    group by kept.place
),

explain_choice as (
    select
        kept.*,
        case
            when find_next_step.step is null then 'nothing here is more accurate'
            else
                format(
                    '{:+.2f} top1 for {} with {} at {} px',
                    find_next_step.step.top1 - kept.top1,
                    case
                        when find_next_step.step.ms > kept.ms
                            then format('{:.4f} ms more', find_next_step.step.ms - kept.ms)
                        else 'no more time'
                    end,
                    find_next_step.step.model,
                    find_next_step.step.img_size
                )
                || coalesce(
                    ', but for '
                    || nullif(array_to_string(find_next_step.step.broken_limits, ', '), ''),
                    ''
                )
        end as why
    from keep_within_limits as kept
    left join find_next_step on kept.place = find_next_step.place
),

-- Never an empty answer: where nothing fits, the one whose figures overshoot the least.
name_nearest_miss as (
    select
        format(
            'Nothing fits. Nearest: {} at {} px, {:.4f} ms, top1 {:.2f}, {:.2f} M parameters; '
            || 'but for {}',
            model, img_size, ms, top1, param_count, array_to_string(broken_limits, ', ')
        ) as why
    from score_models
    where not exists (select 1 from keep_within_limits)
    qualify row_number() over (
        order by overshoot asc, top1 desc, model asc, img_size asc
    ) = 1
),

union_answers as (
    select * from explain_choice
    union all by name
    select * from name_nearest_miss
),

round_for_people as (
    select
        place,
        model,
        img_size,
        round(ms, 4) as ms,
        round(samples_per_sec, 1) as samples_per_sec,
        top1,
        param_count,
        gmacs,
        pretrained_on,
        is_asked_frontier as is_frontier,
        why
    from union_answers
)

select * from round_for_people
order by place
