with

benchmarks as (
    select * from {{ ref('int_benchmarks_unioned') }}
),

results as (
    select * from {{ ref('int_results_classified') }}
),

keep_notebook_runs as (
    select * from benchmarks
    where run = phase || '-{{ var("notebook_setup") }}'
),

keep_notebook_results as (
    select * from results
    where
        snapshot = '{{ var("notebook_snapshot") }}'
        and test_set = 'imagenet'
        and is_notebook_family
),

join_on_architecture as (
    select
        keep_notebook_runs.phase,
        keep_notebook_results.model,
        keep_notebook_results.architecture,
        keep_notebook_results.tag,
        keep_notebook_results.family,

        keep_notebook_runs.samples_per_sec,
        keep_notebook_runs.step_time,
        keep_notebook_runs.batch_size,
        keep_notebook_runs.img_size as benchmark_img_size,
        keep_notebook_runs.param_count as benchmark_param_count,

        keep_notebook_results.top1,
        keep_notebook_results.top1_err,
        keep_notebook_results.top5,
        keep_notebook_results.top5_err,
        keep_notebook_results.param_count,
        keep_notebook_results.img_size,
        keep_notebook_results.crop_pct,
        keep_notebook_results.interpolation,

        keep_notebook_runs.secs,
        keep_notebook_results.is_headline_family,
        keep_notebook_runs.img_size = keep_notebook_results.img_size as is_size_matched
    from keep_notebook_runs
    inner join keep_notebook_results
        on keep_notebook_runs.model = keep_notebook_results.architecture
)

select * from join_on_architecture
