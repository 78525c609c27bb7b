with

results as (
    select * from {{ ref('int_results_current') }}
),

test_sets as (
    select * from {{ ref('test_sets') }}
),

add_clean_accuracy as (
    select
        results.test_set,
        results.model,
        results.img_size,
        coalesce(test_sets.short_name, results.test_set) as short_name,
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
)

select * from measure_robustness
