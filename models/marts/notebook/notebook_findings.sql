with

claims as (
    select * from {{ ref('notebook_claims') }}
),

measures as (
    select * from {{ ref('notebook_measures') }}
),

put_evidence_side_by_side as (
    select
        claims.finding,
        claims.claim,
        claims.measured_as,
        claims.holds_above,
        max(measures.measured) filter (where measures.evidence = 'notebook') as on_notebook_data,
        max(measures.measured) filter (where measures.evidence = 'size matched')
            as on_matched_sizes,
        max(measures.measured) filter (where measures.evidence = 'today') as on_todays_data,
        count(measures.measured) as measured,
        count_if(measures.measured > claims.holds_above) as held
    from claims
    left join measures on claims.finding = measures.finding
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
