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
)

select * from union_phases
