with

benchmarks as (
    select * from {{ ref('int_benchmarks_matched') }}
    where is_usable and gmacs is not null
),

runs as (
    select * from {{ ref('int_runs_described') }}
),

-- The counts of one network differ between versions of timm.
keep_newest_run as (
    select
        benchmarks.architecture,
        benchmarks.img_size,
        benchmarks.param_count,
        benchmarks.gmacs,
        benchmarks.macts
    from benchmarks
    inner join runs on benchmarks.run = runs.run
    qualify row_number() over (
        partition by benchmarks.architecture, benchmarks.img_size
        order by runs.torch_order desc, runs.snapshot desc, benchmarks.run asc, benchmarks.model asc
    ) = 1
)

select * from keep_newest_run
