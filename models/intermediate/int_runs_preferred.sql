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

order_runs as (
    select
        runs.run,
        runs.phase,
        runs.device,
        runs.is_compiled,
        count_rows.benchmarked_rows,
        count_rows.matched_rows,
        row_number() over (
            order by
                runs.torch_order desc,
                runs.is_compiled asc,
                count_rows.matched_rows desc,
                runs.run asc
        ) as preference
    from runs
    left join count_rows on runs.run = count_rows.run
),

flag_preferred_runs as (
    select
        run,
        benchmarked_rows,
        matched_rows,
        preference = min(preference) over (partition by device, phase) as is_default_run,
        preference = min(preference) over (partition by device, phase, is_compiled) as is_newest
    from order_runs
)

select * from flag_preferred_runs
