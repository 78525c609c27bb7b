with

benchmark_files as (
    select * from {{ ref('stg_benchmark_files') }}
),

device_keys as (
    select * from {{ ref('device_keys') }}
),

-- Of an unknown device, too, keys that differ in case and signs alone are one.
spell_keys_alike as (
    select
        *,
        {{ letters_of('device_key') }} as key_letters,
        min(device_key) over (partition by {{ letters_of('device_key') }}) as shared_key
    from benchmark_files
),

name_devices as (
    select
        spell_keys_alike.run,
        spell_keys_alike.snapshot,
        spell_keys_alike.phase,
        spell_keys_alike.precision,
        spell_keys_alike.memory_layout,
        spell_keys_alike.torch_version,
        spell_keys_alike.cuda_version,
        spell_keys_alike.upstream_file,
        spell_keys_alike.upstream_commit,
        spell_keys_alike.sha256,
        spell_keys_alike.upstream_rows,
        spell_keys_alike.is_compiled,
        spell_keys_alike.is_own,
        coalesce(device_keys.device, spell_keys_alike.shared_key) as device,
        coalesce(
            spell_keys_alike.device_name, device_keys.device_name, spell_keys_alike.shared_key
        ) as device_name,
        coalesce(
            spell_keys_alike.device_name, device_keys.device_short_name, spell_keys_alike.shared_key
        ) as device_short_name,
        coalesce(
            device_keys.device_kind, if(spell_keys_alike.cuda_version is null, 'cpu', 'gpu')
        ) as device_kind,
        device_keys.vendor,
        device_keys.memory_gb,
        spell_keys_alike.device_key,
        string_split(spell_keys_alike.torch_version, '.')::integer[] as torch_order
    from spell_keys_alike
    left join device_keys
        on spell_keys_alike.key_letters = {{ letters_of('device_keys.device_key') }}
)

select * from name_devices
