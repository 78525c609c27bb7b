with

benchmark_files as (
    select * from {{ ref('stg_benchmark_files') }}
),

devices as (
    select * from {{ ref('devices') }}
),

name_devices as (
    select
        benchmark_files.run,
        benchmark_files.snapshot,
        benchmark_files.phase,
        benchmark_files.precision,
        benchmark_files.memory_layout,
        benchmark_files.torch_version,
        benchmark_files.cuda_version,
        benchmark_files.upstream_file,
        benchmark_files.upstream_commit,
        benchmark_files.sha256,
        benchmark_files.upstream_rows,
        benchmark_files.is_compiled,
        devices.device,
        devices.display_name as device_name,
        devices.kind as device_kind,
        string_split(benchmark_files.torch_version, '.')::integer[] as torch_order
    from benchmark_files
    left join devices on benchmark_files.device_key = devices.device_key
)

select * from name_devices
