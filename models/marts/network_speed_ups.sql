with

networks as (
    select * from {{ ref('int_networks_timed') }}
),

comparisons as (
    select * from {{ ref('run_comparisons') }}
    where to_setting in ('compiled', 'nhwc')
),

compare_networks as (
    select
        comparisons.from_run,
        comparisons.to_run,
        from_rows.architecture,
        from_rows.img_size,
        comparisons.phase,
        comparisons.to_device as device,
        comparisons.to_device_short_name as device_short_name,
        comparisons.to_torch_version as torch_version,
        comparisons.to_setting as setting,
        1000 * from_rows.secs as from_ms,
        1000 * to_rows.secs as to_ms,
        from_rows.secs / to_rows.secs as speed_up,
        comparisons.same_batch_speed_up
    from comparisons
    inner join networks as from_rows on comparisons.from_run = from_rows.run
    inner join networks as to_rows
        on
            comparisons.to_run = to_rows.run
            and from_rows.architecture = to_rows.architecture
            and from_rows.img_size = to_rows.img_size
            and from_rows.batch_size = to_rows.batch_size
)

select * from compare_networks
