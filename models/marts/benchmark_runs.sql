with

runs as (
    select * from {{ ref('int_runs_described') }}
),

benchmarks as (
    select * from {{ ref('int_benchmarks_matched') }}
),

count_rows as (
    select
        run,
        count(*) as benchmarked_rows,
        count_if(left_out_reason is null)::bigint as matched_rows
    from benchmarks
    group by run
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
        count_rows.benchmarked_rows,
        count_rows.matched_rows,
        count_rows.matched_rows / count_rows.benchmarked_rows as matched_share,
        runs.upstream_file,
        runs.upstream_commit,
        runs.snapshot,
        runs.sha256,
        row_number() over (
            partition by runs.device, runs.phase
            order by
                runs.torch_order desc,
                runs.is_compiled asc,
                count_rows.matched_rows desc,
                runs.run asc
        ) = 1 as is_default_run,
        row_number() over (
            partition by runs.device, runs.phase, runs.is_compiled
            order by runs.torch_order desc, count_rows.matched_rows desc, runs.run asc
        ) = 1 as is_newest
    from runs
    left join count_rows on runs.run = count_rows.run
)

select * from describe_runs
