with

inference_benchmarks as (
    select * from {{ ref('stg_inference_benchmarks') }}
),

training_benchmarks as (
    select * from {{ ref('stg_training_benchmarks') }}
),

union_phases as (
    select * from inference_benchmarks
    union all by name
    select * from training_benchmarks
),

compute_secs as (
    select
        *,
        1 / samples_per_sec as secs
    from union_phases
)

select * from compute_secs
