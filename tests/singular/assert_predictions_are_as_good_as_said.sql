{{ config(fail_calc='coalesce(max(devices), 0)', error_if='>= 4', warn_if='> 0') }}

-- Errors of all held-out devices of a kind together. Where fewer than four devices of the kind are
-- in the data, one odd run decides, so that it is a warning.
with

bounds as (
    from (values ('gpu', 5, 15), ('cpu', 20, 50)) as bounds (device_kind, max_median, max_p90)
),

pool_devices as (
    select
        device_kind,
        count(distinct device) as devices,
        median(error) as median_error,
        quantile_cont(error, 0.9) as p90_error,
        avg(is_covered::integer) as coverage
    from {{ ref('int_predictions_judged') }}
    group by device_kind
)

select
    pool_devices.device_kind,
    pool_devices.devices,
    pool_devices.median_error,
    pool_devices.p90_error,
    pool_devices.coverage
from pool_devices
inner join bounds on pool_devices.device_kind = bounds.device_kind
where
    pool_devices.median_error > bounds.max_median
    or pool_devices.p90_error > bounds.max_p90
    or pool_devices.coverage not between 0.7 and 0.92
