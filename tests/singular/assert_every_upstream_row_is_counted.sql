-- Rows in = rows out + rows left out, for every upstream file. A row deleted from a seed, cut
-- off or lost on the way to the marts shows as a difference.
with

benchmark_rows as (
    select
        files.upstream_file,
        files.snapshot,
        files.upstream_rows,
        runs.matched_rows as rows_in_marts
    from {{ ref('benchmark_files') }} as files
    left join {{ ref('benchmark_runs') }} as runs on files.run = runs.run
),

count_accuracies as (
    select
        test_set,
        count(*) as rows_in_marts
    from {{ ref('test_set_accuracies') }}
    group by test_set
),

newest_snapshots as (
    select
        test_set,
        max(snapshot) as snapshot
    from {{ ref('result_files') }}
    group by test_set
),

-- Of older snapshots the rows that the frontiers of their day were made of.
timed_results as (
    select distinct
        snapshot,
        model,
        img_size
    from {{ ref('int_history_timed') }}
),

count_history as (
    select
        snapshot,
        count(*) as rows_in_marts
    from timed_results
    group by snapshot
),

result_rows as (
    select
        files.upstream_file,
        files.snapshot,
        files.upstream_rows,
        case
            when newest_snapshots.snapshot is not null then count_accuracies.rows_in_marts
            when files.test_set = 'imagenet' then count_history.rows_in_marts
        end as rows_in_marts
    from {{ ref('result_files') }} as files
    left join newest_snapshots using (test_set, snapshot)
    left join count_accuracies on files.test_set = count_accuracies.test_set
    left join count_history on files.snapshot = count_history.snapshot
),

-- Today's accuracy without a speed is in the marts all the same.
left_out_rows as (
    select
        left_out.upstream_file,
        left_out.snapshot,
        count(*) as rows_left_out
    from {{ ref('left_out_rows') }} as left_out
    left join newest_snapshots
        on
            left_out.test_set = newest_snapshots.test_set
            and left_out.snapshot = newest_snapshots.snapshot
    where
        left_out.run is not null
        or left_out.reason not in ('other image size only', 'no speed published')
        or newest_snapshots.snapshot is null
    group by left_out.upstream_file, left_out.snapshot
),

all_rows as (
    select * from benchmark_rows
    union all
    select * from result_rows
)

select
    all_rows.upstream_file,
    all_rows.snapshot,
    all_rows.upstream_rows,
    coalesce(all_rows.rows_in_marts, 0) as rows_in_marts,
    coalesce(left_out_rows.rows_left_out, 0) as rows_left_out
from all_rows
full join left_out_rows using (upstream_file, snapshot)
where
    all_rows.upstream_rows is distinct from
    coalesce(all_rows.rows_in_marts, 0) + coalesce(left_out_rows.rows_left_out, 0)
