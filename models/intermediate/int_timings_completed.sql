with

timings as (
    select * from {{ ref('int_timings_measured') }}
),

predictions as (
    select * from {{ ref('int_timings_predicted') }}
    where secs is null
),

runs as (
    select * from {{ ref('int_runs_described') }}
),

take_measured as (
    select
        *,
        secs as secs_low,
        secs as secs_high,
        true as is_measured
    from timings
),

-- What timm did not time on its own devices stays unknown.
predict_rest_of_own_runs as (
    select
        predictions.run,
        predictions.architecture,
        predictions.img_size,
        1 / predictions.predicted_secs as samples_per_sec,
        predictions.predicted_secs as secs,
        predictions.predicted_secs_low as secs_low,
        predictions.predicted_secs_high as secs_high,
        0 as timings,
        false as is_timed_variant,
        false as is_measured
    from predictions
    inner join runs on predictions.run = runs.run
    where runs.is_own
),

union_timings as (
    select * from take_measured
    union all by name
    select * from predict_rest_of_own_runs
)

select * from union_timings
