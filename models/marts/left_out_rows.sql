with

benchmarks as (
    select * from {{ ref('int_benchmarks_matched') }}
    where left_out_reason is not null
),

blank_benchmarks as (
    select * from {{ ref('blank_benchmarks') }}
),

benchmark_files as (
    select * from {{ ref('stg_benchmark_files') }}
),

results as (
    select * from {{ ref('stg_imagenet_results') }}
),

result_files as (
    select * from {{ ref('result_files') }}
),

accuracy as (
    select * from {{ ref('model_accuracy') }}
),

timings as (
    select distinct
        architecture,
        img_size
    from {{ ref('int_timings_aggregated') }}
),

timed_architectures as (
    select distinct architecture from timings
),

left_out_benchmarks as (
    select
        run,
        model,
        img_size,
        left_out_reason as reason
    from benchmarks
    union all
    select
        run,
        model,
        img_size,
        'blank upstream' as reason
    from blank_benchmarks
),

judge_results as (
    select
        results.snapshot,
        results.test_set,
        results.model,
        results.img_size,
        case
            when results.snapshot < max(results.snapshot) over () then 'older snapshot'
            when accuracy.model is null then 'orphan'
            when results.test_set <> 'imagenet' or timings.architecture is not null then null
            when timed_architectures.architecture is not null then 'other image size only'
            else 'no speed published'
        end as reason
    from results
    left join accuracy
        on results.model = accuracy.model and results.img_size = accuracy.img_size
    left join timings
        on results.architecture = timings.architecture and results.img_size = timings.img_size
    left join timed_architectures
        on results.architecture = timed_architectures.architecture
),

name_files as (
    select
        benchmark_files.upstream_file,
        benchmark_files.snapshot,
        left_out_benchmarks.run,
        null::varchar as test_set,
        left_out_benchmarks.model,
        left_out_benchmarks.img_size,
        left_out_benchmarks.reason
    from left_out_benchmarks
    inner join benchmark_files on left_out_benchmarks.run = benchmark_files.run
    union all by name
    select
        result_files.upstream_file,
        judge_results.snapshot,
        null::varchar as run,
        judge_results.test_set,
        judge_results.model,
        judge_results.img_size,
        judge_results.reason
    from judge_results
    inner join result_files
        on
            judge_results.snapshot = result_files.snapshot
            and judge_results.test_set = result_files.test_set
    where judge_results.reason is not null
)

select * from name_files
