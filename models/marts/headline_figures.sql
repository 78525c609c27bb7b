with

notebook_figures as (
    select * from {{ ref('notebook_figures') }}
),

license_costs as (
    select * from {{ ref('license_costs') }}
),

accuracies as (
    select * from {{ ref('test_set_accuracies') }}
    where test_set = 'imagenet-r' and robustness is not null
),

often_timed_models as (
    select * from {{ ref('frontier_stability') }}
    where runs >= 10
),

comparisons as (
    select * from {{ ref('run_comparisons') }}
),

published_runs as (
    select * from {{ ref('int_runs_published') }}
),

benchmarks as (
    select benchmarks.* from {{ ref('model_benchmarks') }} as benchmarks
    semi join published_runs on benchmarks.run = published_runs.run
    where benchmarks.phase = 'infer' and benchmarks.is_default_run
),

proxies as (
    select * from {{ ref('cost_proxies') }}
    where is_default_run and phase = 'infer' and device_kind = 'gpu'
),

models as (
    select * from {{ ref('models') }}
),

find_most_robust as (
    select
        max(robustness_top1) as robustness_top1,
        arg_max(robustness_standard_error, robustness_top1) as standard_error
    from accuracies
),

-- None is singled out that cannot be told from the next.
find_tied_with_most_robust as (
    select
        any_value(most.robustness_top1) as most_robust,
        string_agg(distinct accuracies.pretrained_on, ', ' order by accuracies.pretrained_on)
            as pretrained_on
    from accuracies
    inner join find_most_robust as most
        on
            most.robustness_top1 - accuracies.robustness_top1
            <= {{ noise('most.standard_error', 'accuracies.robustness_standard_error') }}
),

measure_robustness as (
    select
        any_value(display_name) as test_set_name,
        avg(robustness_top1) filter (where is_extra_data) as extra_data_robustness
    from accuracies
),

measure_compiling as (
    select
        min(same_batch_speed_up) as least_speed_up,
        max(same_batch_speed_up) as most_speed_up
    from comparisons
    where effect = 'compiled' and to_setting = 'compiled'
),

measure_agreement as (
    select
        avg(frontier_jaccard) filter (where from_device = to_device) as same_device,
        avg(frontier_jaccard) filter (where from_device <> to_device) as other_device
    from comparisons
    where phase = 'infer'
),

measure_proxies as (
    select
        median(spearman) filter (where proxy = 'param_count') as param_count,
        median(spearman) filter (where proxy = 'macts') as macts
    from proxies
),

count_models as (
    select count(*) as models from models
),

count_devices as (
    select count(distinct device) as devices from published_runs
),

count_timed_models as (
    select
        device,
        count(distinct model) as models
    from benchmarks
    group by device
),

range_of_timed_models as (
    select
        min(models) as fewest,
        max(models) as most
    from count_timed_models
),

count_stable_models as (
    select if(count(*) > 0, count_if(frontier_share >= 0.9), null) as models
    from often_timed_models
),

list_todays_figures as (
    select figures.*
    from measure_robustness
    cross join find_tied_with_most_robust
    cross join measure_compiling
    cross join measure_agreement
    cross join range_of_timed_models
    cross join measure_proxies
    cross join count_models
    cross join count_devices
    cross join count_stable_models
    cross join lateral (
        values
        ('models', count_models.models, 'models', null, 'models of the newest snapshot'),
        ('devices', count_devices.devices, 'devices', null, 'devices that models were timed on'),
        (
            'least_timed', range_of_timed_models.fewest, 'models', null,
            'models that a device timed at a size with an accuracy, where they are fewest'
        ),
        (
            'most_timed', range_of_timed_models.most, 'models', null,
            'the same where they are most'
        ),
        (
            'stable_models', count_stable_models.models, 'models', null,
            'models timed in ten runs or more and on nine frontiers out of ten'
        ),
        (
            'most_robust', find_tied_with_most_robust.most_robust, 'percentage points of top1',
            find_tied_with_most_robust.pretrained_on,
            'highest robustness on ImageNet-R; what the models were pretrained on that cannot be '
            || 'told from it'
        ),
        (
            'extra_data_robustness', measure_robustness.extra_data_robustness,
            'percentage points of top1', measure_robustness.test_set_name,
            'mean robustness of models that saw more than ImageNet-1k, over those that did not; '
            || 'the test set'
        ),
        (
            'least_compiled', measure_compiling.least_speed_up, 'times', null,
            'median speed-up by compiling, where it is least'
        ),
        (
            'most_compiled', measure_compiling.most_speed_up, 'times', null,
            'median speed-up by compiling, where it is most'
        ),
        (
            'same_device_jaccard', measure_agreement.same_device, 'share, 0 to 1', null,
            'share of the networks on either frontier that are on both, mean of two runs of one '
            || 'device'
        ),
        (
            'other_device_jaccard', measure_agreement.other_device, 'share, 0 to 1', null,
            'the same of two runs of two devices'
        ),
        (
            'param_count_spearman', measure_proxies.param_count, 'rank correlation, -1 to 1', null,
            'parameters with the time per image on the median graphics card'
        ),
        (
            'macts_spearman', measure_proxies.macts, 'rank correlation, -1 to 1', null,
            'activations with the time per image on the median graphics card'
        )
    ) as figures (figure, value, unit, label, meaning)
),

list_license_costs as (
    select
        format('permissive_within_{:.0f}_us', 1000 * max_ms) as figure,
        less_top1 as value,
        'percentage points of top1' as unit,
        best_model || if(best_model = permissive_model, '', ', ' || permissive_model) as label,
        'what staying permissive costs on the default device; '
        || 'the best model within the limit, and the best permissive one if another' as meaning
    from license_costs
),

union_figures as (
    select * from notebook_figures
    union all
    select * from list_license_costs
    union all
    select * from list_todays_figures
),

keep_known_figures as (
    select * from union_figures
    where value is not null
)

select * from keep_known_figures
