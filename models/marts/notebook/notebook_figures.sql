with

notebook_benchmarks as (
    select * from {{ ref('notebook_benchmarks') }}
),

runs as (
    select * from {{ ref('benchmark_runs') }}
),

mark_medium_models as (
    select
        *,
        benchmark_param_count between 20 and 30 as is_medium
    from notebook_benchmarks
),

measure_notebook as (
    select
        phase,
        count(*) as models,
        count(distinct family) as families,
        count(distinct family) filter (where is_headline_family) as headline_families,
        count_if(not is_size_matched) as mismatched,
        count_if(family = 'convnext') as convnext,
        count_if(family = 'convnext' and not is_size_matched) as convnext_mismatched,
        min(secs) as least_secs,
        arg_min(family, secs) as fastest_family,
        max(top1) as best_top1,
        arg_max(family, top1) as most_accurate_family,
        count_if(is_medium) as medium,
        min(secs) filter (where is_medium) as least_medium_secs,
        max(secs) filter (where is_medium) as most_medium_secs
    from mark_medium_models
    group by phase
),

list_notebook_figures as (
    select
        measured.phase || '_' || figures.figure as figure,
        figures.* exclude (figure)
    from measure_notebook as measured
    inner join runs on runs.run = measured.phase || '-{{ var("notebook_setup") }}'
    cross join lateral (
        values
        (
            'models', measured.models, 'models', runs.device_short_name,
            'models that the notebook plots; the device that timed them'
        ),
        (
            'families', measured.families, 'families', runs.snapshot::varchar,
            'families among them; the date of the snapshot'
        ),
        (
            'headline_families', measured.headline_families, 'families', null,
            'families that the notebook looks at closely'
        ),
        (
            'mismatched', measured.mismatched, 'models', null,
            'models with speed and accuracy from different image sizes'
        ),
        (
            'convnext', measured.convnext, 'models', 'convnext',
            'models of one family; that family'
        ),
        (
            'convnext_mismatched', measured.convnext_mismatched, 'models', null,
            'those of them with speed and accuracy from different image sizes'
        ),
        (
            'fastest', 1000 * measured.least_secs, 'ms per image', measured.fastest_family,
            'time of the fastest model; its family'
        ),
        (
            'most_accurate', measured.best_top1, '%', measured.most_accurate_family,
            'top1 of the most accurate model; its family'
        ),
        (
            'medium', measured.medium, 'models', null,
            'models with 20 to 30 million parameters'
        ),
        (
            'medium_spread', measured.most_medium_secs / measured.least_medium_secs, 'times', null,
            'time of the slowest of them over that of the fastest'
        )
    ) as figures (figure, value, unit, label, meaning)
)

select * from list_notebook_figures
