{%- set parameters = score_parameters() -%}
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

known as (
    {{ known_values('models') }}
),

chosen as (
    select
        {{ asked_run() }} as run,
        coalesce(asked.robust_weight, 0) as robust_weight
    from asked
    cross join known
    where
        {{ are_sizes(limits) }}
        and {{ are_known() }}
        and case
            when asked.robust_weight not between 0 and 1
                then error('robust_weight must be from 0 to 1')
            when asked.min_top1 not between 1 and 100
                then error('top1 is in percent: min_top1 := 80, not 0.8')
            else true
        end
),

-- A model that lacks one of the shifted test sets has no score where they weigh in.
score_models as (
    select
        benchmarks.run,
        benchmarks.model,
        benchmarks.img_size,
        benchmarks.ms,
        benchmarks.ms_low,
        benchmarks.ms_high,
        benchmarks.samples_per_sec,
        benchmarks.top1,
        benchmarks.shifted_top1,
        benchmarks.param_count,
        benchmarks.gmacs,
        benchmarks.kind,
        benchmarks.pretrained_on,
        benchmarks.extra_data_through,
        benchmarks.license,
        benchmarks.is_measured,
        case
            when asked.imagenet1k_only then benchmarks.is_frontier_imagenet1k
            else benchmarks.is_frontier
        end as is_frontier,
        benchmarks.is_near_frontier,
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
            if(benchmarks.license_kind <> lower(asked.license_kind), 'license_kind', null),
            if(coalesce(benchmarks.gmacs, 'inf') > asked.max_gmacs, 'max_gmacs', null),
            if({{ cautious_ms('benchmarks') }} > asked.max_ms, 'max_ms', null),
            if(benchmarks.param_count > asked.max_param_count, 'max_param_count', null),
            if(
                {{ cautious_samples_per_sec('benchmarks') }} < asked.min_samples_per_sec,
                'min_samples_per_sec',
                null
            ),
            if(benchmarks.top1 < asked.min_top1, 'min_top1', null)
        ])) as breaks,
        len(breaks) = 0 as is_within,
        greatest(ln({{ cautious_ms('benchmarks') }} / asked.max_ms), 0)
        + greatest(
            ln(asked.min_samples_per_sec / ({{ cautious_samples_per_sec('benchmarks') }})), 0
        )
        + greatest(ln(asked.min_top1 / benchmarks.top1), 0)
        + greatest(ln(benchmarks.param_count / asked.max_param_count), 0)
        + greatest(ln(benchmarks.gmacs / asked.max_gmacs), 0)
        + if(benchmarks.license_kind <> lower(asked.license_kind), 'inf'::double, 0) as overshoot
    from chosen
    inner join {{ ref('model_benchmarks') }} as benchmarks on chosen.run = benchmarks.run
    cross join asked
    where
        not (coalesce(asked.imagenet1k_only, false) and benchmarks.is_extra_data)
        and {{ is_asked_for('benchmarks') }}
)

select * from score_models
