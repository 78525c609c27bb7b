{%- set parameters = ["architecture varchar"] -%}
{{ config(parameters=parameters) }}

with

asked as (
    {{ arguments(parameters) }}
),

chosen as (
    select
        coalesce(
            (
                select min(timings.architecture)
                from {{ ref('timings') }} as timings
                where
                    lower(timings.architecture) in (
                        asked.architecture_bare,
                        {{ architecture_of('asked.architecture_bare') }}
                    )
            ),
            error(
                'Nothing called "' || coalesce(asked.architecture_start, 'null')
                || '" was timed. Nearest: '
                || {{ nearest('architecture', ref('timings'), 'asked.architecture') }}
            )
        ) as architecture
    from asked
),

list_speeds as (
    select
        timings.architecture,
        timings.img_size,
        timings.device,
        timings.phase,
        timings.is_compiled,
        timings.is_default_run,
        round(timings.ms, 4) as ms,
        round(timings.samples_per_sec, 1) as samples_per_sec,
        timings.batch_size,
        timings.precision,
        timings.memory_layout,
        timings.torch_version,
        timings.has_accuracy,
        timings.run,
        round(timings.ms_low, 4) as ms_low,
        round(timings.ms_high, 4) as ms_high,
        timings.is_measured
    from chosen
    inner join {{ ref('timings') }} as timings on chosen.architecture = timings.architecture
)

select * from list_speeds
order by phase asc, device asc, is_default_run desc, is_compiled asc, img_size asc, run asc
