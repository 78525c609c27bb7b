-- A run id outside the grammar.
select
    run,
    phase,
    precision,
    memory_layout,
    torch_version,
    cuda_version,
    device_key
from {{ ref('int_runs_described') }}
where phase = ''
