-- A timed name has an accuracy, or the newest torch still times it, or it is renamed or retired.
-- What comes out here wants a row in architecture_renames or retired_architectures.
with

benchmarks as (
    select * from {{ ref('int_benchmarks_matched') }}
),

newest_runs as (
    select run from {{ ref('int_runs_described') }}
    qualify rank() over (order by torch_order desc) = 1
),

timed_by_newest_torch as (
    select distinct benchmarks.model
    from benchmarks
    inner join newest_runs on benchmarks.run = newest_runs.run
)

select distinct
    benchmarks.model,
    benchmarks.run
from benchmarks
anti join timed_by_newest_torch on benchmarks.model = timed_by_newest_torch.model
anti join {{ ref('architecture_renames') }} as renames on benchmarks.model = renames.old_name
anti join {{ ref('retired_architectures') }} as retired on benchmarks.model = retired.architecture
where benchmarks.left_out_reason = 'no accuracy published'
