with

benchmarks as (
    select benchmarks.* from {{ ref('model_benchmarks') }} as benchmarks
    semi join {{ ref('int_runs_published') }} as published on benchmarks.run = published.run
),

fit_lines as (
    select
        run,
        architecture_group,
        count(*) as n,
        count(distinct model) as models,
        regr_slope(top1, log10(secs)) as slope,
        regr_intercept(top1, log10(secs)) as intercept,
        regr_r2(top1, log10(secs)) as r2,
        min(secs) as min_secs,
        max(secs) as max_secs
    from benchmarks
    group by run, architecture_group
    having models >= 3 and min_secs < max_secs
)

select * from fit_lines
