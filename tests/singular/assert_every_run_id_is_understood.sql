-- A run id outside the grammar, or a device that is not in the seed devices.
select
    run,
    phase,
    precision,
    memory_layout,
    torch_version,
    cuda_version,
    device
from {{ ref('int_runs_described') }}
where phase = '' or device is null
