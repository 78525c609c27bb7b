with

networks as (
    select * from {{ ref('int_networks_timed') }}
),

runs as (
    select * from {{ ref('benchmark_runs') }}
),

stack_proxies as (
    unpivot (
        select
            run,
            secs,
            models,
            param_count,
            gmacs,
            macts
        from networks
    ) on param_count, gmacs, macts into name proxy value proxy_value
),

add_tolerance as (
    select
        *,
        0.1 * proxy_value as tolerance
    from stack_proxies
    where proxy_value > 0
),

-- A window around each model's value: nothing is compared pair by pair.
rank_and_spread as (
    select
        run,
        proxy,
        models,
        secs,
        proxy_value,
        {{ average_rank('secs', 'run, proxy') }} as secs_rank,
        {{ average_rank('proxy_value', 'run, proxy') }} as proxy_rank,
        quantile_cont(secs, [0.05, 0.95]) over same_value as secs_range
    from add_tolerance
    window same_value as (
        partition by run, proxy order by proxy_value
        range between tolerance preceding and tolerance following
    )
),

correlate as (
    select
        run,
        proxy,
        count(*) as networks,
        sum(models)::bigint as models,
        nullif(corr(secs_rank, proxy_rank), 'nan') as spearman,
        nullif(corr(ln(secs), ln(proxy_value)), 'nan') as log_pearson,
        median(secs_range[2] / secs_range[1]) as median_spread,
        max(secs_range[2] / secs_range[1]) as max_spread
    from rank_and_spread
    group by run, proxy
),

describe_runs as (
    select
        correlate.run,
        correlate.proxy,
        runs.phase,
        runs.device,
        runs.device_name,
        runs.device_short_name,
        runs.device_kind,
        runs.is_compiled,
        runs.is_default_run,
        correlate.networks,
        correlate.models,
        correlate.spearman,
        correlate.log_pearson,
        correlate.median_spread,
        correlate.max_spread
    from correlate
    inner join runs on correlate.run = runs.run
)

select * from describe_runs
