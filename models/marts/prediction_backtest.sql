with

predictions as (
    select * from {{ ref('int_timings_predicted') }}
    where secs is not null
),

judged as (
    select * from {{ ref('int_predictions_judged') }}
),

accuracy as (
    select * from {{ ref('model_accuracy') }}
),

rank_in_runs as (
    select
        *,
        {{ average_rank('secs', 'run') }} as secs_rank,
        {{ average_rank('predicted_secs', 'run') }} as predicted_rank
    from judged
),

correlate_ranks as (
    select
        run,
        device,
        nullif(corr(secs_rank, predicted_rank), 'nan') as spearman
    from rank_in_runs
    group by run, device
),

-- Limits within which 5 % of the networks are, 10 % and so on.
set_limits as (
    select
        run,
        unnest(
            quantile_cont(secs, list_transform(range(5, 100, 5), lambda percent: percent / 100))
        ) as max_secs
    from predictions
    group by run
),

-- Measured at the anchors, predicted elsewhere.
join_accuracies as (
    select
        predictions.run,
        predictions.secs,
        if(predictions.is_anchor, predictions.secs, predictions.predicted_secs) as known_secs,
        if(predictions.is_anchor, predictions.secs, predictions.predicted_secs_high)
            as cautious_secs,
        accuracy.top1,
        struct_pack(top1 := accuracy.top1, secs := predictions.secs) as choice
    from predictions
    inner join accuracy
        on
            predictions.architecture = accuracy.architecture
            and predictions.img_size = accuracy.img_size
),

choose_within_limits as (
    select
        set_limits.run,
        set_limits.max_secs,
        max(networks.top1) filter (where networks.secs <= set_limits.max_secs) as best_top1,
        max_by(networks.choice, networks.top1)
        filter (where networks.known_secs <= set_limits.max_secs) as choice,
        max_by(networks.choice, networks.top1)
        filter (where networks.cautious_secs <= set_limits.max_secs) as cautious_choice
    from set_limits
    inner join join_accuracies as networks on set_limits.run = networks.run
    group by set_limits.run, set_limits.max_secs
),

judge_choices as (
    select
        run,
        avg(if(choice is null, null, greatest(best_top1 - choice.top1, 0))) as top1_lost,
        avg((choice.secs > max_secs)::integer) as limits_exceeded,
        avg(if(cautious_choice is null, null, greatest(best_top1 - cautious_choice.top1, 0)))
            as cautious_top1_lost,
        avg((cautious_choice.secs > max_secs)::integer) as cautious_limits_exceeded
    from choose_within_limits
    group by run
),

summarise_errors as (
    select
        device,
        any_value(device_name) as device_name,
        any_value(device_kind) as device_kind,
        count(distinct run) as runs,
        count(*) as predictions,
        median(error) as median_error,
        quantile_cont(error, 0.9) as p90_error,
        avg(is_covered::integer) as coverage
    from judged
    group by device
),

average_over_runs as (
    select
        correlate_ranks.device,
        avg(correlate_ranks.spearman) as spearman,
        avg(judge_choices.top1_lost) as top1_lost,
        avg(judge_choices.limits_exceeded) as limits_exceeded,
        avg(judge_choices.cautious_top1_lost) as cautious_top1_lost,
        avg(judge_choices.cautious_limits_exceeded) as cautious_limits_exceeded
    from correlate_ranks
    left join judge_choices on correlate_ranks.run = judge_choices.run
    group by correlate_ranks.device
),

describe_devices as (
    select
        summarise_errors.device,
        summarise_errors.device_name,
        summarise_errors.device_kind,
        summarise_errors.runs,
        summarise_errors.predictions,
        summarise_errors.median_error,
        summarise_errors.p90_error,
        average_over_runs.spearman,
        summarise_errors.coverage,
        average_over_runs.top1_lost,
        average_over_runs.limits_exceeded,
        average_over_runs.cautious_top1_lost,
        average_over_runs.cautious_limits_exceeded
    from summarise_errors
    inner join average_over_runs on summarise_errors.device = average_over_runs.device
)

select * from describe_devices
