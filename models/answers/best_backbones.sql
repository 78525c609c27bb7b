{%- set parameters = [
    "device varchar := null",
    "phase varchar := 'infer'",
    "compiled boolean := null",
    "run varchar := null",
    "max_ms double := null",
    "min_samples_per_sec double := null",
    "max_param_count double := null",
    "max_gmacs double := null",
    "min_num_features double := null",
    "license_kind varchar := null",
    "kind varchar := null",
    "architecture_group varchar := null",
    "name varchar := null",
    "is_self_supervised boolean := null",
    "n bigint := 20",
] -%}
{%- set limits = [
    "asked.max_ms",
    "asked.min_samples_per_sec",
    "asked.max_param_count",
    "asked.max_gmacs",
    "asked.min_num_features",
] -%}
{{ config(parameters=parameters) }}

with

asked as (
    {{ arguments(parameters) }}
),

known as (
    {{ known_values('backbones') }}
),

chosen as (
    select
        {{ asked_run() }} as run,
        asked.n
    from asked
    cross join known
    where
        {{ are_sizes(limits) }}
        and {{ are_known() }}
),

keep_within_limits as (
    select
        row_number() over (
            order by
                benchmarks.ms asc,
                benchmarks.num_features desc,
                benchmarks.model asc,
                benchmarks.img_size asc
        ) as place,
        benchmarks.model,
        benchmarks.img_size,
        round(benchmarks.ms, 4) as ms,
        round(benchmarks.samples_per_sec, 1) as samples_per_sec,
        benchmarks.num_features,
        benchmarks.reductions,
        benchmarks.param_count,
        benchmarks.gmacs,
        benchmarks.kind,
        benchmarks.pretrained_on,
        benchmarks.license,
        benchmarks.license_kind,
        round(benchmarks.ms_low, 4) as ms_low,
        round(benchmarks.ms_high, 4) as ms_high,
        benchmarks.is_measured,
        {{ how_to_measure('benchmarks') }} as note
    from chosen
    inner join {{ ref('backbone_benchmarks') }} as benchmarks on chosen.run = benchmarks.run
    cross join asked
    where
        coalesce({{ cautious_ms('benchmarks') }} <= asked.max_ms, true)
        and coalesce(
            {{ cautious_samples_per_sec('benchmarks') }} >= asked.min_samples_per_sec, true
        )
        and (asked.max_param_count is null or benchmarks.param_count <= asked.max_param_count)
        and (asked.max_gmacs is null or benchmarks.gmacs <= asked.max_gmacs)
        and coalesce(benchmarks.num_features >= asked.min_num_features, true)
        and coalesce(benchmarks.license_kind = lower(asked.license_kind), true)
        and {{ is_asked_for('benchmarks') }}
    qualify
        case
            when chosen.n < 1 then error('n must be 1 or more')
            else place <= coalesce(chosen.n, place)
        end
),

answer as (
    select * from keep_within_limits
    union all by name
    select 'No backbone that this run timed is within these limits' as note
    from chosen
    where not exists (select 1 from keep_within_limits)
)

select * from answer
order by place
