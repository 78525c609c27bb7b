with

benchmarks as (
    select * from {{ ref('notebook_benchmarks') }}
),

-- Through models of one speed there is no line, and DuckDB gives NaN.
fit_lines as (
    select
        phase,
        family,
        count(*)::integer as n,
        nullif(regr_slope(top1, log10(secs)), 'nan') as slope,
        nullif(regr_intercept(top1, log10(secs)), 'nan') as intercept,
        nullif(regr_r2(top1, log10(secs)), 'nan') as r2,
        min(secs) as min_secs,
        max(secs) as max_secs
    from benchmarks
    where is_headline_family
    group by phase, family
),

find_ends as (
    select
        *,
        intercept + slope * log10(min_secs) as top1_at_min_secs,
        intercept + slope * log10(max_secs) as top1_at_max_secs
    from fit_lines
)

select * from find_ends
