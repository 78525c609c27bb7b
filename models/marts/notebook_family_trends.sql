with

benchmarks as (
    select * from {{ ref('notebook_benchmarks') }}
),

fit_lines as (
    select
        phase,
        family,
        count(*)::integer as n,
        regr_slope(top1, log10(secs)) as slope,
        regr_intercept(top1, log10(secs)) as intercept,
        regr_r2(top1, log10(secs)) as r2,
        min(secs) as min_secs,
        max(secs) as max_secs
    from benchmarks
    where is_headline_family
    group by phase, family
),

-- Through models of one speed there is no line; DuckDB gives NaN there.
blank_lines_without_a_span as (
    select
        * replace (
            case when min_secs < max_secs then slope end as slope,
            case when min_secs < max_secs then intercept end as intercept,
            case when min_secs < max_secs then r2 end as r2
        )
    from fit_lines
)

select * from blank_lines_without_a_span
