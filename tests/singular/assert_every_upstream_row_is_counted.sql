-- Rows in = rows out + rows left out, for every run and every results file.
with

benchmark_rows as (
    select
        files.upstream_file,
        files.snapshot,
        files.upstream_rows,
        runs.matched_rows as rows_out
    from {{ ref('benchmark_files') }} as files
    left join {{ ref('benchmark_runs') }} as runs on files.run = runs.run
),

accuracies as (
    {%- for test_set, column in {
        'imagenet': 'top1',
        'imagenet-real': 'real_top1',
        'imagenetv2-matched-frequency': 'v2_top1',
        'sketch': 'sketch_top1',
        'imagenet-a': 'a_top1',
        'imagenet-a-clean': 'a_clean_top1',
        'imagenet-r': 'r_top1',
        'imagenet-r-clean': 'r_clean_top1',
    }.items() %}
        select
            '{{ test_set }}' as test_set,
            count({{ column }}) as rows_out
        from {{ ref('model_accuracy') }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
),

newest_snapshot as (
    select max(snapshot) as newest from {{ ref('result_files') }}
),

result_rows as (
    select
        files.upstream_file,
        files.snapshot,
        files.upstream_rows,
        case when newest_snapshot.newest is null then 0 else accuracies.rows_out end as rows_out
    from {{ ref('result_files') }} as files
    left join accuracies on files.test_set = accuracies.test_set
    left join newest_snapshot on files.snapshot = newest_snapshot.newest
),

-- A result without a speed is in model_accuracy all the same.
left_out_rows as (
    select
        upstream_file,
        snapshot,
        count(*) as rows_left_out
    from {{ ref('left_out_rows') }}
    where run is not null or reason in ('orphan', 'older snapshot')
    group by all
),

all_rows as (
    select * from benchmark_rows
    union all
    select * from result_rows
)

select
    all_rows.*,
    coalesce(left_out_rows.rows_left_out, 0) as rows_left_out
from all_rows
left join left_out_rows using (upstream_file, snapshot)
where
    all_rows.upstream_rows
    is distinct from all_rows.rows_out + coalesce(left_out_rows.rows_left_out, 0)
