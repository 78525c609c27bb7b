-- A deleted, doubled or cut-off row shows as a count that differs from the upstream file's.
with

benchmark_rows as (
    select run from {{ ref('inference_benchmarks') }}
    union all
    select run from {{ ref('training_benchmarks') }}
    union all
    select run from {{ ref('blank_benchmarks') }}
),

count_rows as (
    select
        run as source_key,
        count(*) as seed_rows
    from benchmark_rows
    group by run
    union all
    select
        concat_ws(' ', snapshot, test_set) as source_key,
        count(*) as seed_rows
    from {{ ref('imagenet_results') }}
    group by snapshot, test_set
),

expect_rows as (
    select
        run as source_key,
        upstream_rows
    from {{ ref('benchmark_files') }}
    union all
    select
        concat_ws(' ', snapshot, test_set) as source_key,
        upstream_rows
    from {{ ref('result_files') }}
)

select
    source_key,
    count_rows.seed_rows,
    expect_rows.upstream_rows
from count_rows
full join expect_rows using (source_key)
where count_rows.seed_rows is distinct from expect_rows.upstream_rows
