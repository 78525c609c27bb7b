with

frontiers as (
    select * from {{ ref('frontier_history') }}
),

limits as (
    select unnest({{ var('progress_max_ms') }})::double as max_ms
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

find_best as (
    select
        snapshots.run,
        snapshots.snapshot,
        limits.max_ms,
        snapshots.phase,
        snapshots.device,
        snapshots.device_name,
        min(struct_pack(
            less := -frontiers.top1,
            ms := frontiers.ms,
            model := frontiers.model,
            img_size := frontiers.img_size,
            todays_model := frontiers.todays_model
        )) filter (where frontiers.is_frontier) as best,
        max(frontiers.top1) filter (where frontiers.is_frontier_imagenet1k) as top1_imagenet1k
    from snapshots
    cross join limits
    left join frontiers
        on
            snapshots.run = frontiers.run
            and snapshots.snapshot = frontiers.snapshot
            and limits.max_ms >= frontiers.ms
    group by all
),

name_best as (
    select
        run,
        snapshot,
        max_ms,
        phase,
        device,
        device_name,
        -best.less as top1,
        best.model,
        best.img_size,
        best.todays_model,
        top1_imagenet1k
    from find_best
)

select * from name_best
