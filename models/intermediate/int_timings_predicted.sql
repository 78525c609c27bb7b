with

predictions as (
    select * from {{ ref('int_gaps_explained') }}
),

timings as (
    select * from {{ ref('int_timings_measured') }}
),

measure_errors as (
    select
        run,
        sqrt(avg(pow(log_secs - predicted_log_secs, 2))) as log_error
    from predictions
    where left_out = place
    group by run
),

widen_by_errors as (
    select
        predictions.run,
        predictions.architecture,
        predictions.img_size,
        timings.secs,
        pow(10, predictions.predicted_log_secs) as predicted_secs,
        pow(10, {{ var('interval_width') }} * measure_errors.log_error) as width,
        predicted_secs / width as predicted_secs_low,
        predicted_secs * width as predicted_secs_high,
        predictions.place is not null and timings.secs is not null as is_anchor
    from predictions
    inner join measure_errors on predictions.run = measure_errors.run
    left join timings
        on
            predictions.run = timings.run
            and predictions.architecture = timings.architecture
            and predictions.img_size = timings.img_size
    where predictions.left_out = 0
)

select * from widen_by_errors
