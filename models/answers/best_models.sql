{{ config(parameters=[
    "device varchar := 'rtx4090'",
    "phase varchar := 'infer'",
    "compiled boolean := false",
    "max_ms double := null",
    "min_images_per_sec double := null",
    "min_top1 double := null",
    "max_params double := null",
    "max_gmacs double := null",
    "imagenet1k_only boolean := false",
    "robust_weight double := 0",
    "n bigint := 10",
]) }}

with

asked (
    device, phase, compiled, max_ms, min_images_per_sec, min_top1, max_params, max_gmacs,
    imagenet1k_only, robust_weight, n
) as (
    select
        device,
        phase,
        compiled,
        max_ms,
        min_images_per_sec,
        min_top1,
        max_params,
        max_gmacs,
        imagenet1k_only,
        robust_weight,
        n
),

chosen_run as (
    select
        {{ asked_run() }} as run,
        case
            when coalesce(asked.n < 1, true) then error('n must be 1 or more')
            when coalesce(asked.robust_weight not between 0 and 1, true)
                then error('robust_weight must be from 0 to 1')
            when
                least(
                    asked.max_ms, asked.min_images_per_sec, asked.min_top1, asked.max_params,
                    asked.max_gmacs
                ) <= 0
                then error('a limit must be above 0; null is no limit')
            else asked.n
        end as n
    from asked
),

-- The shifted test sets weigh in by their mean; a model that lacks one has no score then.
score_models as (
    select
        benchmarks.model,
        benchmarks.img_size,
        1000 * benchmarks.secs as ms,
        benchmarks.samples_per_sec as images_per_sec,
        benchmarks.top1,
        benchmarks.param_count as params,
        benchmarks.gmacs,
        models.pretrained_on,
        case
            when asked.imagenet1k_only then benchmarks.is_frontier_imagenet1k
            else benchmarks.is_frontier
        end as is_frontier,
        case
            when asked.robust_weight = 0 then benchmarks.top1
            else
                (1 - asked.robust_weight) * benchmarks.top1
                + asked.robust_weight
                * (accuracy.v2_top1 + accuracy.sketch_top1 + accuracy.a_top1 + accuracy.r_top1) / 4
        end as score,
        list_sort(list_distinct([
            case when 1000 * benchmarks.secs > asked.max_ms then 'max_ms' end,
            case
                when benchmarks.samples_per_sec < asked.min_images_per_sec
                    then 'min_images_per_sec'
            end,
            case when benchmarks.top1 < asked.min_top1 then 'min_top1' end,
            case when benchmarks.param_count > asked.max_params then 'max_params' end,
            case
                when coalesce(benchmarks.gmacs > asked.max_gmacs, asked.max_gmacs is not null)
                    then 'max_gmacs'
            end
        ])) as broken_limits,
        greatest(ln(1000 * benchmarks.secs / asked.max_ms), 0)
        + greatest(ln(asked.min_images_per_sec / benchmarks.samples_per_sec), 0)
        + greatest(ln(asked.min_top1 / benchmarks.top1), 0)
        + greatest(ln(benchmarks.param_count / asked.max_params), 0)
        + greatest(ln(benchmarks.gmacs / asked.max_gmacs), 0) as overshoot
    from {{ ref('model_benchmarks') }} as benchmarks
    inner join chosen_run on benchmarks.run = chosen_run.run
    inner join {{ ref('models') }} as models on benchmarks.model = models.model
    inner join {{ ref('model_accuracy') }} as accuracy
        on benchmarks.model = accuracy.model and benchmarks.img_size = accuracy.img_size
    cross join asked
    where not benchmarks.is_toy and not (asked.imagenet1k_only and benchmarks.is_extra_data)
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
        kept.model,
        kept.img_size,
        min(struct_pack(
            next_ms := better.ms,
            less := -better.top1,
            next_model := better.model,
            next_img_size := better.img_size,
            next_top1 := better.top1,
            limits := better.broken_limits
        )) as step
    from keep_within_limits as kept
    inner join score_models as better on kept.top1 < better.top1
    group by kept.model, kept.img_size
),

explain_choice as (
    select
        kept.place,
        kept.model,
        kept.img_size,
        round(kept.ms, 4) as ms,
        round(kept.images_per_sec, 1) as images_per_sec,
        kept.top1,
        kept.params,
        kept.gmacs,
        kept.pretrained_on,
        kept.is_frontier,
        case
            when find_next_step.step is null then 'nothing here is more accurate'
            else
                format(
                    '{:+.2f} top1 for {} with {} at {} px',
                    find_next_step.step.next_top1 - kept.top1,
                    case
                        when find_next_step.step.next_ms > kept.ms
                            then format('{:.4f} ms more', find_next_step.step.next_ms - kept.ms)
                        else 'no more time'
                    end,
                    find_next_step.step.next_model,
                    find_next_step.step.next_img_size
                )
                || case
                    when len(find_next_step.step.limits) > 0
                        then ', but for ' || array_to_string(find_next_step.step.limits, ', ')
                    else ''
                end
        end as why
    from keep_within_limits as kept
    left join find_next_step
        on kept.model = find_next_step.model and kept.img_size = find_next_step.img_size
),

-- Never an empty answer: where nothing fits, the one whose figures overshoot the least.
name_nearest_miss as (
    select
        null::bigint as place,
        null::varchar as model,
        null::integer as img_size,
        null::double as ms,
        null::double as images_per_sec,
        null::double as top1,
        null::double as params,
        null::double as gmacs,
        null::varchar as pretrained_on,
        null::boolean as is_frontier,
        format(
            'Nothing fits. Nearest: {} at {} px, {:.4f} ms, top1 {:.2f}, {:.2f} M parameters; '
            || 'but for {}',
            missed.model, missed.img_size, missed.ms, missed.top1, missed.params,
            array_to_string(missed.broken_limits, ', ')
        ) as why
    from score_models as missed
    where not exists (select 1 from keep_within_limits)
    qualify row_number() over (
        order by missed.overshoot asc, missed.top1 desc, missed.model asc, missed.img_size asc
    ) = 1
),

answer as (
    select * from explain_choice
    union all
    select * from name_nearest_miss
)

select * from answer
order by place
