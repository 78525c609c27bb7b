with

notebook_figures as (
    select * from {{ ref('notebook_figures') }}
),

license_costs as (
    select * from {{ ref('license_costs') }}
),

accuracies as (
    select * from {{ ref('test_set_accuracies') }}
    where test_set = 'imagenet-r'
),

often_timed_models as (
    select * from {{ ref('frontier_stability') }}
    where runs >= 10
),

comparisons as (
    select * from {{ ref('run_comparisons') }}
    where effect = 'compiled' and to_setting = 'compiled'
),

proxies as (
    select * from {{ ref('cost_proxies') }}
    where is_default_run and phase = 'infer' and device_kind = 'gpu'
),

models as (
    select * from {{ ref('models') }}
),

devices as (
    select * from {{ ref('devices') }}
),

measure_robustness as (
    select
        any_value(display_name) as test_set_name,
        max(robustness) as most_robust,
        arg_max(pretrained_on, robustness) as most_robust_pretrained_on,
        avg(robustness) filter (where is_extra_data) as extra_data_robustness,
        avg(robustness) filter (where not is_extra_data) as imagenet1k_robustness
    from accuracies
),

measure_compiling as (
    select
        min(same_batch_speed_up) as least_speed_up,
        max(same_batch_speed_up) as most_speed_up,
        max(frontier_jaccard) as jaccard
    from comparisons
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
    select count(*) as devices from devices
),

count_stable_models as (
    select if(count(*) > 0, count_if(frontier_share >= 0.9), null) as models
    from often_timed_models
),

list_todays_figures as (
    select figures.*
    from measure_robustness
    cross join measure_compiling
    cross join measure_proxies
    cross join count_models
    cross join count_devices
    cross join count_stable_models
    cross join lateral (
        values
        ('models', count_models.models, 'models', null, 'models of the newest snapshot'),
        ('devices', count_devices.devices, 'devices', null, 'devices that models were timed on'),
        (
            'stable_models', count_stable_models.models, 'models', null,
            'models timed in ten runs or more and on nine frontiers out of ten'
        ),
        (
            'most_robust', measure_robustness.most_robust, 'logits',
            measure_robustness.most_robust_pretrained_on,
            'highest robustness on ImageNet-R; what its model was pretrained on'
        ),
        (
            'extra_data_robustness', measure_robustness.extra_data_robustness, 'logits',
            measure_robustness.test_set_name,
            'mean robustness of models pretrained on more than ImageNet-1k; the test set'
        ),
        (
            'imagenet1k_robustness', measure_robustness.imagenet1k_robustness, 'logits',
            measure_robustness.test_set_name,
            'mean robustness of all other models; the test set'
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
            'compiled_jaccard', measure_compiling.jaccard, 'share, 0 to 1', null,
            'share of the models on either frontier, compiled or not, that are on both, at most'
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
