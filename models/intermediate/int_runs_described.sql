with

benchmark_files as (
    select * from {{ ref('stg_benchmark_files') }}
),

device_keys as (
    select * from {{ ref('device_keys') }}
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
        benchmark_files.is_own,
        coalesce(
            device_keys.device,
            min(benchmark_files.device_key) over (
                partition by {{ squeeze('benchmark_files.device_key') }}
            )
        ) as device,
        coalesce(
            benchmark_files.device_name, device_keys.device_name, benchmark_files.device_key
        ) as device_name,
        coalesce(
            benchmark_files.device_name, device_keys.device_short_name, benchmark_files.device_key
        ) as device_short_name,
        coalesce(
            device_keys.device_kind, if(benchmark_files.cuda_version is null, 'cpu', 'gpu')
        ) as device_kind,
        device_keys.vendor,
        device_keys.memory_gb,
        benchmark_files.device_key,
        string_split(benchmark_files.torch_version, '.')::integer[] as torch_order
    from benchmark_files
    left join device_keys
        on {{ squeeze('benchmark_files.device_key') }} = {{ squeeze('device_keys.device_key') }}
)

select * from name_devices
