with

own_benchmarks as (
    select * from {{ ref('own_benchmarks') }}
),

split_model_names as (
    select
        -- keys
        {{ own_run() }} as run,
        own_benchmarks.model,
        own_benchmarks.img_size,

        -- names
        {{ architecture_of('own_benchmarks.model') }} as architecture,

        -- numbers
        own_benchmarks.samples_per_sec,
        own_benchmarks.step_time,
        own_benchmarks.batch_size
    from own_benchmarks
)

select * from split_model_names
