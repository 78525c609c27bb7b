with

evidence as (
    select * from {{ ref('notebook_evidence') }}
),

leads as (
    select * from {{ ref('notebook_leads') }}
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
        architecture,
        img_size,
        avg(top1) filter (where is_extra_data) - avg(top1) filter (where not is_extra_data)
            as more_top1
    from evidence
    where family = 'convnext'
    group by evidence, architecture, img_size
),

add_tolerance as (
    select
        evidence,
        architecture,
        img_size,
        any_value(secs) as secs,
        max(param_count) as param_count,
        0.1 * max(param_count) as tolerance
    from evidence
    group by evidence, architecture, img_size
),

-- A window around each network's parameter count: nothing is compared pair by pair.
spread_at_same_count as (
    select
        evidence,
        architecture,
        img_size,
        quantile_cont(secs, 0.95) over same_count / quantile_cont(secs, 0.05) over same_count
            as spread
    from add_tolerance
    window same_count as (
        partition by evidence order by param_count
        range between tolerance preceding and tolerance following
    )
),

correlate_families as (
    select
        evidence,
        family,
        count(*) as n,
        corr(top1, log10(secs)) as with_line,
        corr(top1, pow(log10(secs), 2)) as with_square,
        corr(log10(secs), pow(log10(secs), 2)) as of_both
    from evidence
    where regexp_full_match(family, '{{ var("headline_families") }}')
    group by evidence, family
    having count(*) >= 5
),

-- What a square adds to a line, as the t of its coefficient: from the partial correlation.
test_for_curvature as (
    select
        evidence,
        family,
        (with_square - with_line * of_both)
        / nullif(
            sqrt(greatest(1 - pow(with_line, 2), 0) * greatest(1 - pow(of_both, 2), 0)), 0
        ) as partial_correlation,
        partial_correlation
        * sqrt((n - 3) / nullif(greatest(1 - pow(partial_correlation, 2), 0), 0)) as t
    from correlate_families
),

list_observations as (
    select
        family || '_leads' as finding,
        evidence,
        concat_ws(' at ', model, img_size) as observation,
        more_top1 as observed
    from leads
    union all
    select
        'beit_has_extra_data' as finding,
        evidence,
        concat_ws(' at ', model, img_size) as observation,
        is_extra_data::integer as observed
    from evidence
    where family = 'beit'
    union all
    select
        'best_models_have_extra_data' as finding,
        evidence,
        concat_ws(' at ', model, img_size) as observation,
        is_extra_data::integer as observed
    from rank_by_accuracy
    where place <= 20
    union all
    select
        'convnext_in22_above_convnext' as finding,
        evidence,
        concat_ws(' at ', architecture, img_size) as observation,
        more_top1 as observed
    from pair_pretraining
    union all
    select
        'parameter_count_is_no_proxy' as finding,
        evidence,
        concat_ws(' at ', architecture, img_size) as observation,
        spread as observed
    from spread_at_same_count
    union all
    select
        'a_line_does_not_fit' as finding,
        evidence,
        family as observation,
        (abs(t) > 2)::integer as observed
    from test_for_curvature
),

keep_known_observations as (
    select * from list_observations
    where observed is not null
)

select * from keep_known_observations
