with

judged as (
    select * from {{ ref('int_predictions_judged') }}
),

runs as (
    select * from {{ ref('benchmark_runs') }}
    where is_default_run
),

networks as (
    select * from {{ ref('int_networks_timed') }}
),

keep_default_runs as (
    select
        judged.device,
        judged.architecture,
        judged.img_size,
        runs.run,
        runs.device_name,
        runs.device_short_name,
        runs.device_kind,
        1000 * judged.secs as ms,
        1000 * judged.predicted_secs as predicted_ms,
        1000 * judged.predicted_secs_low as predicted_ms_low,
        1000 * judged.predicted_secs_high as predicted_ms_high,
        judged.error,
        judged.is_covered
    from judged
    inner join runs on judged.run = runs.run
    inner join networks
        on
            judged.run = networks.run
            and judged.architecture = networks.architecture
            and judged.img_size = networks.img_size
)

select * from keep_default_runs
