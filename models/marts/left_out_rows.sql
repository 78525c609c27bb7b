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
    select * from {{ ref('int_results_matched') }}
    where left_out_reason is not null
),

result_files as (
    select * from {{ ref('result_files') }}
),

backbones as (
    select distinct architecture from {{ ref('backbones') }}
),

union_rows as (
    select
        benchmarks.run,
        benchmarks.model,
        benchmarks.img_size,
        benchmarks.left_out_reason as reason,
        case
            when benchmarks.is_usable and backbones.architecture is not null
                then 'backbone_benchmarks'
        end as see_also
    from benchmarks
    left join backbones on benchmarks.architecture = backbones.architecture
    union all by name
    select
        run,
        model,
        img_size,
        'blank upstream' as reason
    from blank_benchmarks
    union all by name
    select
        snapshot,
        test_set,
        model,
        img_size,
        left_out_reason as reason
    from results
),

name_files as (
    select
        coalesce(benchmark_files.upstream_file, result_files.upstream_file) as upstream_file,
        coalesce(benchmark_files.snapshot, union_rows.snapshot) as snapshot,
        union_rows.run,
        union_rows.test_set,
        union_rows.model,
        union_rows.img_size,
        union_rows.reason,
        union_rows.see_also
    from union_rows
    left join benchmark_files on union_rows.run = benchmark_files.run
    left join result_files
        on
            union_rows.snapshot = result_files.snapshot
            and union_rows.test_set = result_files.test_set
)

select * from name_files
