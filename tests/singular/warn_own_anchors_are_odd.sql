{{ config(severity='warn') }}

-- Where the other anchors predict less than a third of an anchor's time, or over three times it, as
-- a rule its measurement is wrong: the machine was busy, or a figure is of another unit. Of a run
-- the worst alone, for by a wrong one others seem odd.
select
    predictions.run,
    predictions.architecture,
    predictions.img_size,
    round(1000 * pow(10, predictions.log_secs), 3) as measured_ms,
    round(1000 * pow(10, predictions.predicted_log_secs), 3) as ms_by_the_other_anchors,
    'measure it again' as remedy
from {{ ref('int_gaps_explained') }} as predictions
inner join {{ ref('int_runs_described') }} as runs on predictions.run = runs.run
where
    runs.is_own
    and predictions.left_out = predictions.place
    and abs(predictions.log_secs - predictions.predicted_log_secs) > log10(3)
qualify
    row_number() over (
        partition by predictions.run
        order by abs(predictions.log_secs - predictions.predicted_log_secs) desc
    ) = 1
order by abs(predictions.log_secs - predictions.predicted_log_secs) desc
