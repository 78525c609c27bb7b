with

notebook_figures as (
    select * from {{ ref('notebook_figures') }}
),

comparisons as (
    select * from {{ ref('run_comparisons') }}
),

backtest as (
    select * from {{ ref('prediction_backtest') }}
),

runs as (
    select runs.* from {{ ref('benchmark_runs') }} as runs
    semi join {{ ref('int_runs_published') }} as published on runs.run = published.run
),

devices as (
    select * from {{ ref('devices') }}
    where is_default_device
),

license_costs as (
    select * from {{ ref('license_costs') }}
),

proxies as (
    select * from {{ ref('cost_proxies') }}
    where is_default_run and phase = 'infer' and device_kind = 'gpu'
),

models as (
    select * from {{ ref('models') }}
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

count_runs as (
    select
        nullif(count(distinct device), 0) as devices,
        nullif(count(*), 0) as runs,
        max(snapshot) as newest_snapshot
    from runs
),

measure_ranges as (
    select
        to_setting as what,
        min(same_batch_speed_up) as lowest,
        max(same_batch_speed_up) as highest,
        'times' as unit,
        'median speed-up by this setting' as meaning
    from comparisons
    where to_setting in ('compiled', 'nhwc')
    group by to_setting
    union all
    select
        'error_' || device_kind as what,
        min(median_error) as lowest,
        max(median_error) as highest,
        '%' as unit,
        'median error of predicted times, of the held-out device' as meaning
    from backtest
    group by device_kind
),

list_todays_figures as (
    select figures.*
    from measure_agreement
    cross join measure_proxies
    cross join count_models
    cross join count_runs
    left join devices as default_device on true
    cross join lateral (
        values
        ('models', count_models.models, 'models', null, 'models of the newest ImageNet results'),
        (
            'devices', count_runs.devices, 'devices', default_device.device_short_name,
            'devices that models were timed on; the default one'
        ),
        (
            'runs', count_runs.runs, 'runs', count_runs.newest_snapshot::varchar,
            'runs of timm; the date of the newest'
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

list_ranges as (
    select
        ends.which || '_' || ranges.what as figure,
        ends.value,
        ranges.unit,
        null as label,
        ranges.meaning || ', where it is ' || ends.which as meaning
    from measure_ranges as ranges
    cross join lateral (
        values
        ('least', ranges.lowest),
        ('most', ranges.highest)
    ) as ends (which, value)
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
    select * from list_todays_figures
    union all
    select * from list_ranges
    union all
    select * from list_license_costs
),

keep_known_figures as (
    select * from union_figures
    where value is not null
)

select * from keep_known_figures
