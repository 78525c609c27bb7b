with

training_benchmarks as (
    select * from {{ ref('training_benchmarks') }}
),

add_phase as (
    select
        -- keys
        training_benchmarks.run,
        training_benchmarks.model,
        training_benchmarks.img_size,

        -- names
        'train' as phase,

        -- numbers
        training_benchmarks.samples_per_sec,
        training_benchmarks.step_time,
        training_benchmarks.batch_size,
        training_benchmarks.param_count
    from training_benchmarks
)

select * from add_phase
