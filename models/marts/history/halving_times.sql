with

progress as (
    select * from {{ ref('progress') }}
),

frontiers as (
    select * from {{ ref('frontier_history') }}
    where is_frontier
),

-- Snapshots in which the accuracy took less time than in all before, or was reached first.
keep_improvements as (
    select
        *,
        log2(ms) as log_ms,
        date_diff('day', date '2000-01-01', snapshot) / 365.25 as elapsed_years
    from progress
    qualify
        ms < coalesce(
            min(ms) over (
                partition by run, min_top1 order by snapshot
                rows between unbounded preceding and 1 preceding
            ),
            'inf'::double
        )
),

leave_one_out as (
    select
        improvements.run,
        improvements.min_top1,
        -1 / regr_slope(kept.log_ms, kept.elapsed_years) as halving_years
    from keep_improvements as improvements
    inner join keep_improvements as kept
        on
            improvements.run = kept.run
            and improvements.min_top1 = kept.min_top1
            and improvements.snapshot <> kept.snapshot
    group by improvements.run, improvements.min_top1, improvements.snapshot
),

bound_halving_times as (
    select
        run,
        min_top1,
        min(halving_years) as lowest,
        max(halving_years) as highest
    from leave_one_out
    group by run, min_top1
),

-- What was as accurate within the noise, as soon as this, made it no step.
find_steps as (
    select
        improvements.run,
        improvements.min_top1,
        improvements.snapshot
    from keep_improvements as improvements
    inner join frontiers as own
        on
            improvements.run = own.run
            and improvements.snapshot = own.snapshot
            and improvements.model = own.model
            and improvements.img_size = own.img_size
    left join frontiers as earlier
        on
            own.run = earlier.run
            and own.snapshot > earlier.snapshot
            and own.ms >= earlier.ms
            and own.top1 - earlier.top1
            <= {{ noise('own.top1_standard_error', 'earlier.top1_standard_error') }}
    where
        earlier.run is null
        and improvements.snapshot > (select min(frontiers.snapshot) from frontiers)
),

find_last_steps as (
    select
        run,
        min_top1,
        max(snapshot) as last_step
    from find_steps
    group by run, min_top1
),

fit_lines as (
    select
        run,
        min_top1,
        any_value(phase) as phase,
        any_value(device) as device,
        any_value(device_name) as device_name,
        count(*) as improvements,
        min(snapshot) as first_snapshot,
        max(ms) as first_ms,
        max(snapshot) as last_improvement,
        min(ms) as least_ms,
        -1 / regr_slope(log_ms, elapsed_years) as halving_years
    from keep_improvements
    group by run, min_top1
),

keep_what_can_be_told as (
    select
        fit_lines.* exclude (halving_years),
        find_last_steps.last_step,
        case when fit_lines.improvements >= 4 then fit_lines.halving_years end as halving_years,
        case when fit_lines.improvements >= 4 then bound_halving_times.lowest end
            as halving_years_lowest,
        case when fit_lines.improvements >= 4 then bound_halving_times.highest end
            as halving_years_highest
    from fit_lines
    left join bound_halving_times using (run, min_top1)
    left join find_last_steps using (run, min_top1)
)

select * from keep_what_can_be_told
