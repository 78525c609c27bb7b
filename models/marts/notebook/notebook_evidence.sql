with

notebook_benchmarks as (
    select * from {{ ref('notebook_benchmarks') }}
    where phase = 'infer'
),

benchmarks as (
    select * from {{ ref('model_benchmarks') }}
    where phase = 'infer'
),

runs as (
    select * from {{ ref('benchmark_runs') }}
),

parsed_models as (
    select * from {{ ref('int_models_parsed') }}
),

notebook_run as (
    select * from runs
    where run = 'infer-{{ var("notebook_setup") }}'
),

notebook_architectures as (
    select distinct architecture from notebook_benchmarks
),

join_on_architecture as (
    select
        'notebook' as evidence,
        notebook_run.run,
        notebook_benchmarks.model,
        notebook_benchmarks.img_size,
        notebook_benchmarks.architecture,
        notebook_benchmarks.family,
        notebook_benchmarks.secs,
        notebook_benchmarks.top1,
        notebook_benchmarks.benchmark_param_count as param_count,
        parsed_models.is_extra_data
    from notebook_benchmarks
    cross join notebook_run
    inner join parsed_models on notebook_benchmarks.model = parsed_models.model
),

match_sizes as (
    select
        'size matched' as evidence,
        benchmarks.*
    from benchmarks
    inner join notebook_run on benchmarks.run = notebook_run.run
    inner join notebook_architectures
        on benchmarks.architecture = notebook_architectures.architecture
),

take_todays_run as (
    select
        'today' as evidence,
        benchmarks.*
    from benchmarks
    inner join notebook_run on benchmarks.device = notebook_run.device
    where benchmarks.is_default_run
),

union_evidence as (
    select * from join_on_architecture
    union all by name
    select * from match_sizes
    union all by name
    select * from take_todays_run
),

name_columns as (
    select
        evidence,
        model,
        img_size,
        run,
        architecture,
        family,
        secs,
        top1,
        param_count,
        is_extra_data
    from union_evidence
)

select * from name_columns
