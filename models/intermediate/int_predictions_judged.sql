with

predictions as (
    select * from {{ ref('int_timings_predicted') }}
),

runs as (
    select * from {{ ref('int_runs_published') }}
),

-- Anchors were measured to predict, and so say nothing about predictions.
compare_with_measured as (
    select
        predictions.run,
        predictions.architecture,
        predictions.img_size,
        runs.device,
        runs.device_name,
        runs.device_kind,
        predictions.secs,
        predictions.predicted_secs,
        predictions.predicted_secs_low,
        predictions.predicted_secs_high,
        100 * abs(predictions.predicted_secs / predictions.secs - 1) as error,
        predictions.secs between predictions.predicted_secs_low
        and predictions.predicted_secs_high as is_covered
    from predictions
    inner join runs on predictions.run = runs.run
    where predictions.secs is not null and not predictions.is_anchor
)

select * from compare_with_measured
