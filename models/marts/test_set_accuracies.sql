with

results as (
    select * from {{ ref('int_results_current') }}
),

test_sets as (
    select * from {{ ref('test_sets') }}
),

models as (
    select * from {{ ref('models') }}
),

imagenet_results as (
    select * from results
    where test_set = 'imagenet'
),

add_clean_accuracy as (
    select
        models.pretrained_on,
        models.is_extra_data,
        results.test_set,
        results.model,
        results.img_size,
        coalesce(test_sets.short_name, results.test_set) as short_name,
        coalesce(test_sets.display_name, results.test_set) as display_name,
        test_sets.clean_test_set,
        results.top1,
        {{ standard_error('results.top1', 'test_sets.images') }} as top1_standard_error,
        results.top5,
        case
            when results.top1 >= coalesce(test_sets.least_top1, 0)
                then ln(nullif(results.top1, 0) / nullif(100 - results.top1, 0))
        end as logit,
        clean.top1 as clean_top1,
        ln(nullif(clean.top1, 0) / nullif(100 - clean.top1, 0)) as clean_logit,
        {{ standard_error('clean.top1', 'clean_test_sets.images') }} as clean_standard_error
    from results
    inner join models on results.model = models.model
    left join test_sets on results.test_set = test_sets.test_set
    left join results as clean
        on
            test_sets.clean_test_set = clean.test_set
            and results.model = clean.model
            and results.img_size = clean.img_size
    left join test_sets as clean_test_sets on clean.test_set = clean_test_sets.test_set
),

-- Through models trained on ImageNet-1k alone, as in Taori et al., 2020: a line through all of them
-- would count half of what more data gives as ordinary.
fit_lines as (
    select
        test_set,
        regr_slope(logit, clean_logit) as slope,
        regr_intercept(logit, clean_logit) as intercept
    from add_clean_accuracy
    where clean_logit is not null and not is_extra_data
    group by test_set
),

predict_from_clean_accuracy as (
    select
        accuracies.*,
        fit_lines.slope,
        case
            when accuracies.logit is not null
                then fit_lines.intercept + fit_lines.slope * accuracies.clean_logit
        end as expected_logit,
        100 / (1 + exp(-expected_logit)) as expected_top1
    from add_clean_accuracy as accuracies
    left join fit_lines on accuracies.test_set = fit_lines.test_set
),

-- The expected accuracy moves with the clean one by the line's slope at that place.
measure_robustness as (
    select
        accuracies.test_set,
        accuracies.model,
        accuracies.img_size,
        accuracies.short_name,
        accuracies.display_name,
        accuracies.clean_test_set,
        accuracies.top1,
        accuracies.top1_standard_error,
        rank() over (
            partition by accuracies.test_set order by accuracies.top1 desc
        ) as top1_rank,
        accuracies.top5,
        accuracies.logit - accuracies.expected_logit as robustness,
        accuracies.top1 - accuracies.expected_top1 as robustness_top1,
        sqrt(
            pow(accuracies.top1_standard_error, 2)
            + pow(
                accuracies.slope * accuracies.clean_standard_error
                * accuracies.expected_top1 * (100 - accuracies.expected_top1)
                / (accuracies.clean_top1 * (100 - accuracies.clean_top1)),
                2
            )
        ) as robustness_standard_error,
        accuracies.pretrained_on,
        accuracies.is_extra_data
    from predict_from_clean_accuracy as accuracies
),

describe_models as (
    select
        measure_robustness.*,
        imagenet_results.top1 as imagenet_top1
    from measure_robustness
    inner join imagenet_results
        on
            measure_robustness.model = imagenet_results.model
            and measure_robustness.img_size = imagenet_results.img_size
)

select * from describe_models
