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
        results.test_set,
        results.model,
        results.img_size,
        coalesce(test_sets.short_name, results.test_set) as short_name,
        coalesce(test_sets.display_name, results.test_set) as display_name,
        test_sets.clean_test_set,
        results.top1,
        100 * sqrt(results.top1 / 100 * (1 - results.top1 / 100) / test_sets.images)
            as top1_standard_error,
        results.top5,
        ln(nullif(results.top1, 0) / nullif(100 - results.top1, 0)) as logit,
        ln(nullif(clean.top1, 0) / nullif(100 - clean.top1, 0)) as clean_logit
    from results
    left join test_sets on results.test_set = test_sets.test_set
    left join results as clean
        on
            test_sets.clean_test_set = clean.test_set
            and results.model = clean.model
            and results.img_size = clean.img_size
),

fit_lines as (
    select
        test_set,
        regr_slope(logit, clean_logit) as slope,
        regr_intercept(logit, clean_logit) as intercept
    from add_clean_accuracy
    where clean_logit is not null
    group by test_set
),

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
        accuracies.logit - (fit_lines.intercept + fit_lines.slope * accuracies.clean_logit)
            as robustness
    from add_clean_accuracy as accuracies
    left join fit_lines on accuracies.test_set = fit_lines.test_set
),

describe_models as (
    select
        measure_robustness.*,
        models.pretrained_on,
        imagenet_results.top1 as imagenet_top1,
        models.is_extra_data
    from measure_robustness
    inner join models on measure_robustness.model = models.model
    inner join imagenet_results
        on
            measure_robustness.model = imagenet_results.model
            and measure_robustness.img_size = imagenet_results.img_size
)

select * from describe_models
