with

observations as (
    select * from {{ ref('notebook_observations') }}
),

claims as (
    select * from {{ ref('notebook_claims') }}
),

evidence_runs as (
    select distinct
        evidence,
        run
    from {{ ref('notebook_evidence') }}
    where evidence <> 'notebook'
),

cpu_slow_downs as (
    select * from {{ ref('notebook_cpu_slow_downs') }}
),

summarise_observations as (
    select
        observations.finding,
        observations.evidence,
        claims.summary,
        count(*) as n,
        avg(observations.observed) as mean,
        median(observations.observed) as middle,
        {{ median_limit('observations.observed', 'lower') }} as middle_lower,
        {{ median_limit('observations.observed', 'upper') }} as middle_upper
    from observations
    inner join claims on observations.finding = claims.finding
    group by observations.finding, observations.evidence, claims.summary
),

-- Of a share the interval is Wilson's.
bound_shares as (
    select
        *,
        {{ z95() }} as z,
        if(summary = 'share', mean, null) as true_share,
        z * sqrt(true_share * (1 - true_share) / n + pow(z / (2 * n), 2)) as half_width,
        true_share + pow(z, 2) / (2 * n) as centre,
        1 + pow(z, 2) / n as scale
    from summarise_observations
),

choose_summaries as (
    select
        finding,
        evidence,
        n,
        coalesce(true_share, middle) as measured,
        if(summary = 'share', (centre - half_width) / scale, middle_lower) as lower,
        if(summary = 'share', (centre + half_width) / scale, middle_upper) as upper
    from bound_shares
),

take_the_least_of_the_cpus as (
    select
        'transformers_are_worse_on_cpus' as finding,
        evidence_runs.evidence,
        slow_downs.transformers + slow_downs.convnets as n,
        slow_downs.ratio as measured,
        slow_downs.ratio_lower as lower,
        slow_downs.ratio_upper as upper
    from cpu_slow_downs as slow_downs
    inner join evidence_runs on slow_downs.card_run = evidence_runs.run
    qualify
        row_number() over (partition by evidence_runs.evidence order by slow_downs.ratio) = 1
),

union_measures as (
    select * from choose_summaries
    union all
    select * from take_the_least_of_the_cpus
)

select * from union_measures
