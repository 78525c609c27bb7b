with

evidence_runs as (
    select distinct
        evidence,
        run
    from {{ ref('notebook_evidence') }}
    where evidence <> 'notebook'
),

benchmarks as (
    select * from {{ ref('model_benchmarks') }}
    where phase = 'infer'
),

cpu_benchmarks as (
    select
        *,
        regexp_full_match(architecture_group, '{{ var("transformer_groups") }}') as is_transformer
    from benchmarks
    where
        device_kind = 'cpu'
        and is_default_run
        and (
            is_transformer
            or regexp_full_match(architecture_group, '{{ var("convnet_groups") }}')
        )
),

-- All models that both timed, not only the notebook's.
slow_down_models as (
    select
        evidence_runs.evidence,
        cpu_benchmarks.run,
        cpu_benchmarks.is_transformer,
        cpu_benchmarks.secs / benchmarks.secs as slow_down
    from cpu_benchmarks
    inner join benchmarks
        on
            cpu_benchmarks.model = benchmarks.model
            and cpu_benchmarks.img_size = benchmarks.img_size
    inner join evidence_runs on benchmarks.run = evidence_runs.run
),

compare_kinds as (
    select
        evidence,
        run,
        median(slow_down) filter (where is_transformer) as transformer_slow_down,
        median(slow_down) filter (where not is_transformer) as convnet_slow_down,
        transformer_slow_down / convnet_slow_down as ratio
    from slow_down_models
    group by evidence, run
)

select * from compare_kinds
