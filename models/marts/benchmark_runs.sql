with

runs as (
    select * from {{ ref('int_runs_described') }}
),

preferred_runs as (
    select * from {{ ref('int_runs_preferred') }}
),

describe_runs as (
    select
        runs.run,
        runs.phase,
        runs.precision,
        runs.memory_layout,
        runs.torch_version,
        runs.cuda_version,
        runs.device,
        runs.device_name,
        runs.device_short_name,
        runs.device_kind,
        runs.is_compiled,
        runs.is_own,
        preferred_runs.benchmarked_rows,
        preferred_runs.matched_rows,
        preferred_runs.matched_rows / preferred_runs.benchmarked_rows as matched_share,
        runs.upstream_file,
        runs.upstream_commit,
        runs.snapshot,
        runs.sha256,
        preferred_runs.is_default_run,
        preferred_runs.is_newest
    from runs
    inner join preferred_runs on runs.run = preferred_runs.run
)

select * from describe_runs
