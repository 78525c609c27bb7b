with

benchmark_files as (
    select * from {{ ref('benchmark_files') }}
),

own_benchmarks as (
    select * from {{ ref('own_benchmarks') }}
),

own_files as (
    select
        {{ own_run() }} as run,
        own_benchmarks.device_name,
        own_benchmarks.snapshot,
        own_benchmarks.upstream_file,
        own_benchmarks.sha256,
        count(*) as upstream_rows
    from own_benchmarks
    group by all
),

union_files as (
    select
        *,
        false as is_own
    from benchmark_files
    union all by name
    select
        *,
        true as is_own
    from own_files
),

parse_run_ids as (
    select
        *,
        unnest(
            regexp_extract(
                run,
                '{{ var("run_grammar") }}',
                ['phase', 'precision', 'memory_layout', 'torch', 'cuda', 'device_key', 'dynamo']
            )
        ) as parts
    from union_files
),

spell_versions as (
    select
        -- keys
        run,
        snapshot,

        -- names
        phase,
        precision,
        memory_layout,
        regexp_replace(
            regexp_replace(torch, '^1(\d\d)$', '1.\1'), '^(\d)(\d+)(\d)$', '\1.\2.\3'
        ) as torch_version,
        regexp_replace(
            regexp_replace(nullif(cuda, 'cpu'), '^cu(\d\d)(\d)$', '\1.\2'),
            '^cu(\d\d)(\d)(\d)$', '\1.\2.\3'
        ) as cuda_version,
        device_key,
        device_name,
        upstream_file,
        upstream_commit,
        sha256,

        -- numbers
        upstream_rows,

        -- flags
        dynamo = '-dynamo' as is_compiled,
        is_own
    from parse_run_ids
)

select * from spell_versions
