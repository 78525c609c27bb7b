with

notebook_benchmarks as (
    select * from {{ ref('notebook_benchmarks') }}
    where phase = 'infer'
),

benchmarks as (
    select * from {{ ref('model_benchmarks') }}
    where not is_toy
),

runs as (
    select * from {{ ref('benchmark_runs') }}
),

models as (
    select * from {{ ref('models') }}
),

tags as (
    select * from {{ ref('int_tags_parsed') }}
),

notebook_run as (
    select * from runs
    where run = 'infer-{{ var("notebook_setup") }}'
),

-- Today's run on the notebook's graphics card.
todays_run as (
    select runs.*
    from runs
    inner join notebook_run on runs.device = notebook_run.device
    where runs.phase = 'infer' and runs.is_default
),

todays_cpu_runs as (
    select * from runs
    where device_kind = 'cpu' and is_default
),

evidence_runs as (
    select
        'size matched' as evidence,
        run
    from notebook_run
    union all
    select
        'today' as evidence,
        run
    from todays_run
),

notebook_architectures as (
    select distinct architecture from notebook_benchmarks
),

-- The three bodies of evidence, in one shape; the size-matched one has the notebook's models.
gather_evidence as (
    select
        'notebook' as evidence,
        notebook_benchmarks.architecture,
        notebook_benchmarks.img_size,
        notebook_benchmarks.family,
        notebook_benchmarks.secs,
        notebook_benchmarks.top1,
        notebook_benchmarks.benchmark_param_count as param_count,
        coalesce(tags.is_extra_data, false) as is_extra_data
    from notebook_benchmarks
    left join tags on notebook_benchmarks.tag = tags.tag
    union all by name
    select
        evidence_runs.evidence,
        benchmarks.architecture,
        benchmarks.img_size,
        models.family,
        benchmarks.secs,
        benchmarks.top1,
        benchmarks.param_count,
        benchmarks.is_extra_data
    from benchmarks
    inner join evidence_runs on benchmarks.run = evidence_runs.run
    inner join models on benchmarks.model = models.model
    left join notebook_architectures
        on benchmarks.architecture = notebook_architectures.architecture
    where
        evidence_runs.evidence = 'today' or notebook_architectures.architecture is not null
),

add_tolerance as (
    select
        *,
        0.1 * param_count as tolerance
    from gather_evidence
),

place_in_evidence as (
    select
        *,
        row_number() over (partition by evidence order by top1 desc, secs asc) as place,
        quantile_cont(secs, 0.95) over same_count / quantile_cont(secs, 0.05) over same_count
            as spread
    from add_tolerance
    window same_count as (
        partition by evidence order by param_count
        range between tolerance preceding and tolerance following
    )
),

-- Thirds of the range of log time; in each, the family that the notebook sees ahead there.
split_time_range as (
    select
        evidence,
        min(ln(secs)) as fastest,
        (max(ln(secs)) - min(ln(secs))) / 3 as third
    from gather_evidence
    group by evidence
),

find_family_frontiers as (
    select
        *,
        {{ is_on_frontier('secs', 'top1', 'evidence, family') }} as is_on_family_frontier
    from gather_evidence
),

keep_families_in_their_third as (
    select own.*
    from find_family_frontiers as own
    inner join split_time_range as split on own.evidence = split.evidence
    where
        own.is_on_family_frontier
        and floor((ln(own.secs) - split.fastest) / split.third) = case own.family
            when 'levit' then 0 when 'convnext' then 1 when 'beit' then 2
        end
),

measure_leads as (
    select
        own.evidence,
        own.family,
        own.top1 - max(rivals.top1) as points
    from keep_families_in_their_third as own
    inner join gather_evidence as rivals
        on
            own.evidence = rivals.evidence
            and own.family <> rivals.family
            and own.secs >= rivals.secs
    group by own.evidence, own.family, own.architecture, own.img_size, own.secs, own.top1
),

pair_pretraining as (
    select
        evidence,
        avg(top1) filter (where is_extra_data) - avg(top1) filter (where not is_extra_data)
            as points
    from gather_evidence
    where family = 'convnext' and evidence <> 'notebook'
    group by evidence, architecture, img_size
),

fit_families as (
    select
        evidence,
        regr_r2(top1, log10(secs)) as r2
    from gather_evidence
    where regexp_full_match(family, '{{ var("headline_families") }}')
    group by evidence, family
    having count(*) >= 3
),

compare_cpus as (
    select
        evidence_runs.evidence,
        cpu_rows.run,
        cpu_rows.secs / gpu_rows.secs as slow_down,
        regexp_full_match(cpu_rows.architecture_group, '{{ var("transformer_groups") }}')
            as is_transformer
    from benchmarks as cpu_rows
    inner join todays_cpu_runs on cpu_rows.run = todays_cpu_runs.run
    inner join benchmarks as gpu_rows
        on cpu_rows.model = gpu_rows.model and cpu_rows.img_size = gpu_rows.img_size
    inner join evidence_runs on gpu_rows.run = evidence_runs.run
    where
        is_transformer
        or regexp_full_match(cpu_rows.architecture_group, '{{ var("convnet_groups") }}')
),

compare_kinds as (
    select
        evidence,
        median(slow_down) filter (where is_transformer)
        / median(slow_down) filter (where not is_transformer) as ratio
    from compare_cpus
    group by evidence, run
),

measure as (
    select
        evidence,
        family || '_leads' as finding,
        median(points) as measured
    from measure_leads
    group by evidence, family
    union all
    select
        evidence,
        'beit_has_extra_data' as finding,
        avg(is_extra_data::integer) as measured
    from gather_evidence
    where family = 'beit'
    group by evidence
    union all
    select
        evidence,
        'best_models_have_extra_data' as finding,
        avg(is_extra_data::integer) as measured
    from place_in_evidence
    where place <= 20
    group by evidence
    union all
    select
        evidence,
        'convnext_in22_above_convnext' as finding,
        avg(points) as measured
    from pair_pretraining
    group by evidence
    union all
    select
        'notebook' as evidence,
        'convnext_in22_above_convnext' as finding,
        avg(top1) filter (where family = 'convnext_in22')
        - avg(top1) filter (where family = 'convnext') as measured
    from notebook_benchmarks
    union all
    select
        evidence,
        'parameter_count_is_no_proxy' as finding,
        median(spread) as measured
    from place_in_evidence
    group by evidence
    union all
    select
        evidence,
        'a_line_does_not_fit' as finding,
        1 - median(r2) as measured
    from fit_families
    group by evidence
    union all
    select
        evidence,
        'transformers_are_worse_on_cpus' as finding,
        min(ratio) as measured
    from compare_kinds
    group by evidence
),

-- A claim holds where the measure is above the last column.
claims (finding, claim, measured_as, holds_above) as (
    values
    (
        'levit_leads', 'levit is the most accurate family among the fast models',
        'points over the best other as fast, median of its frontier in the fastest third',
        0
    ),
    (
        'convnext_leads', 'convnext is the best family at middling speed',
        'points over the best other as fast, median of its frontier in the middle third',
        0
    ),
    (
        'beit_leads', 'beit is the most accurate family among the slow models',
        'points over the best other as fast, median of its frontier in the slowest third',
        0
    ),
    (
        'beit_has_extra_data', 'beit was trained on more than ImageNet-1k',
        'share of beit models pretrained on more', 0.5
    ),
    (
        'best_models_have_extra_data', 'most of the best models were trained on more',
        'share of the 20 most accurate models pretrained on more than ImageNet-1k', 0.5
    ),
    (
        'convnext_in22_above_convnext', 'convnext pretrained on more beats convnext',
        'mean points gained at the same architecture and image size', 0
    ),
    (
        'parameter_count_is_no_proxy', 'the parameter count is no useful proxy for speed',
        'p95 / p5 of the time per image among models within 10 % of a parameter count, median', 2
    ),
    (
        'a_line_does_not_fit', 'a straight line on log time is not an ideal fit',
        'share of the variance that the line leaves unexplained, median family', 0.1
    ),
    (
        'transformers_are_worse_on_cpus', 'transformers may do worse on CPUs',
        'slow-down from card (amp, batches) to CPU (compiled fp32, one image), transformers over '
        || 'convolutional nets, the lowest of the CPUs', 1
    )
),

put_evidence_side_by_side as (
    select
        claims.finding,
        claims.claim,
        claims.measured_as,
        claims.holds_above::double as holds_above,
        max(measure.measured) filter (where measure.evidence = 'notebook') as on_notebook_data,
        max(measure.measured) filter (where measure.evidence = 'size matched') as on_matched_sizes,
        max(measure.measured) filter (where measure.evidence = 'today') as on_todays_data,
        count(measure.measured) as measured,
        count_if(measure.measured > claims.holds_above) as held
    from claims
    left join measure on claims.finding = measure.finding
    group by all
),

give_verdicts as (
    select
        * exclude (measured, held),
        case
            when measured = 0 then 'cannot be told'
            when held = measured then 'holds'
            when held = 0 then 'does not hold'
            else 'holds in part'
        end as verdict
    from put_evidence_side_by_side
)

select * from give_verdicts
