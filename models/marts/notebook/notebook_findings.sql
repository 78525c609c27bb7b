with

claims as (
    select * from {{ ref('notebook_claims') }}
),

measures as (
    select * from {{ ref('notebook_measures') }}
),

-- The notebook's own join pairs accuracies and speeds of different image sizes: no vote.
judge_measures as (
    select
        measures.*,
        claims.holds_above,
        case
            when measures.evidence = 'notebook' then null
            when measures.lower > claims.holds_above then 'holds'
            when measures.upper <= claims.holds_above then 'does not hold'
            else 'cannot be told'
        end as vote
    from measures
    inner join claims on measures.finding = claims.finding
),

put_evidence_side_by_side as (
    select
        finding,
        max(measured) filter (where evidence = 'notebook') as on_notebook_data,
        max(measured) filter (where evidence = 'size matched') as on_matched_sizes,
        max(lower) filter (where evidence = 'size matched') as matched_sizes_lower,
        max(upper) filter (where evidence = 'size matched') as matched_sizes_upper,
        max(n) filter (where evidence = 'size matched') as matched_sizes_n,
        max(measured) filter (where evidence = 'today') as on_todays_data,
        max(lower) filter (where evidence = 'today') as todays_data_lower,
        max(upper) filter (where evidence = 'today') as todays_data_upper,
        max(n) filter (where evidence = 'today') as todays_data_n,
        list(distinct vote order by vote) filter (where vote is not null) as votes
    from judge_measures
    group by finding
),

give_verdicts as (
    select
        claims.finding,
        claims.claim,
        claims.measured_as,
        claims.holds_above,
        claims.depends_on,
        evidence.on_notebook_data,
        evidence.on_matched_sizes,
        evidence.matched_sizes_lower,
        evidence.matched_sizes_upper,
        evidence.matched_sizes_n,
        evidence.on_todays_data,
        evidence.todays_data_lower,
        evidence.todays_data_upper,
        evidence.todays_data_n,
        case
            when len(evidence.votes) = 1 then evidence.votes[1]
            when evidence.votes = ['does not hold', 'holds'] then 'holds in part'
            else 'cannot be told'
        end as verdict
    from claims
    left join put_evidence_side_by_side as evidence on claims.finding = evidence.finding
)

select * from give_verdicts
