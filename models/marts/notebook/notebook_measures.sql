with

evidence as (
    select * from {{ ref('notebook_evidence') }}
),

leads as (
    select * from {{ ref('notebook_leads') }}
),

cpu_slow_downs as (
    select * from {{ ref('notebook_cpu_slow_downs') }}
),

rank_by_accuracy as (
    select
        *,
        row_number() over (partition by evidence order by top1 desc, secs asc) as place
    from evidence
),

pair_pretraining as (
    select
        evidence,
        avg(top1) filter (where is_extra_data) - avg(top1) filter (where not is_extra_data)
            as more_top1
    from evidence
    where family = 'convnext' and evidence <> 'notebook'
    group by evidence, architecture, img_size
),

add_tolerance as (
    select
        *,
        0.1 * param_count as tolerance
    from evidence
),

-- A window around each model's parameter count: nothing is compared pair by pair.
spread_at_same_count as (
    select
        evidence,
        quantile_cont(secs, 0.95) over same_count / quantile_cont(secs, 0.05) over same_count
            as spread
    from add_tolerance
    window same_count as (
        partition by evidence order by param_count
        range between tolerance preceding and tolerance following
    )
),

fit_families as (
    select
        evidence,
        regr_r2(top1, log10(secs)) as r2
    from evidence
    where regexp_full_match(family, '{{ var("headline_families") }}')
    group by evidence, family
    having count(*) >= 3
),

measure_claims as (
    select
        evidence,
        family || '_leads' as finding,
        median(more_top1) as measured
    from leads
    group by evidence, family
    union all
    select
        evidence,
        'beit_has_extra_data' as finding,
        avg(is_extra_data::integer) as measured
    from evidence
    where family = 'beit'
    group by evidence
    union all
    select
        evidence,
        'best_models_have_extra_data' as finding,
        avg(is_extra_data::integer) as measured
    from rank_by_accuracy
    where place <= 20
    group by evidence
    union all
    select
        evidence,
        'convnext_in22_above_convnext' as finding,
        avg(more_top1) as measured
    from pair_pretraining
    group by evidence
    union all
    -- The notebook's own rule for what was pretrained, by the letters of the name.
    select
        evidence,
        'convnext_in22_above_convnext' as finding,
        avg(top1) filter (where family = 'convnext_in22')
        - avg(top1) filter (where family = 'convnext') as measured
    from evidence
    where evidence = 'notebook'
    group by evidence
    union all
    select
        evidence,
        'parameter_count_is_no_proxy' as finding,
        median(spread) as measured
    from spread_at_same_count
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
    from cpu_slow_downs
    group by evidence
)

select * from measure_claims
