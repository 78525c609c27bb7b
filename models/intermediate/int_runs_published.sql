with

runs as (
    select * from {{ ref('int_runs_described') }}
),

leave_out_own as (
    select
        run,
        phase,
        device,
        device_name,
        device_kind,
        device_key,
        torch_order
    from runs
    where not is_own
)

select * from leave_out_own
