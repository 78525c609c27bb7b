-- A seed that lost all its rows together with their sources would go unnoticed otherwise.
select phases.phase
from (values ('infer'), ('train')) as phases (phase)
anti join {{ ref('notebook_benchmarks') }} as notebook on phases.phase = notebook.phase
union all
select phases.phase
from (values ('infer'), ('train')) as phases (phase)
anti join {{ ref('benchmark_runs') }} as runs on phases.phase = runs.phase and runs.is_default_run
