with

frontiers as (
    select * from {{ ref('frontier_history') }}
),

limits as (
    select unnest({{ var('progress_min_top1') }})::double as min_top1
),

snapshots as (
    select distinct
        run,
        phase,
        device,
        device_name,
        snapshot
    from frontiers
),

find_fastest as (
    select
        snapshots.run,
        snapshots.phase,
        snapshots.device,
        snapshots.device_name,
        snapshots.snapshot,
        limits.min_top1,
        min(struct_pack(
            ms := frontiers.ms,
            less := -frontiers.top1,
            model := frontiers.model,
            img_size := frontiers.img_size,
            todays_model := frontiers.todays_model
        )) filter (where frontiers.is_frontier) as fastest,
        min(frontiers.ms) filter (where frontiers.is_frontier_imagenet1k) as ms_imagenet1k
    from snapshots
    cross join limits
    left join frontiers
        on
            snapshots.run = frontiers.run
            and snapshots.snapshot = frontiers.snapshot
            and limits.min_top1 <= frontiers.top1
    group by all
),

mark_changes as (
    select
        * exclude (fastest),
        fastest.ms,
        fastest.model,
        fastest.img_size,
        fastest.todays_model,
        coalesce(
            fastest.ms <> lag(fastest.ms) over (partition by run, min_top1 order by snapshot),
            true
        ) as is_new
    from find_fastest
),

date_changes as (
    select
        run,
        snapshot,
        min_top1,
        phase,
        device,
        device_name,
        ms,
        model,
        img_size,
        todays_model,
        case
            when ms is not null then max(snapshot) filter (where is_new) over (
                partition by run, min_top1 order by snapshot
            )
        end as since,
        ms_imagenet1k
    from mark_changes
)

select * from date_changes
