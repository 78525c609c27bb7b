with

evidence as (
    select * from {{ ref('notebook_evidence') }}
),

-- Thirds of the range of log time.
split_time_range as (
    select
        evidence,
        min(ln(secs)) as fastest,
        (max(ln(secs)) - min(ln(secs))) / 3 as third
    from evidence
    group by evidence
),

find_family_frontiers as (
    select
        *,
        {{ is_on_frontier('secs', 'top1', 'evidence, family') }} as is_on_family_frontier
    from evidence
),

-- In each third the family that the notebook sees ahead there.
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
        own.model,
        own.img_size,
        own.family,
        own.secs,
        own.top1,
        own.top1 - max(rivals.top1) as more_top1
    from keep_families_in_their_third as own
    inner join evidence as rivals
        on
            own.evidence = rivals.evidence
            and own.family <> rivals.family
            and own.secs >= rivals.secs
    group by own.evidence, own.model, own.img_size, own.family, own.secs, own.top1
)

select * from measure_leads
