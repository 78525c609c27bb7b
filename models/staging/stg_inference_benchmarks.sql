with

inference_benchmarks as (
    select * from {{ ref('inference_benchmarks') }}
),

add_phase as (
    select
        -- keys
        inference_benchmarks.run,
        inference_benchmarks.model,
        inference_benchmarks.img_size,

        -- names
        'infer' as phase,

        -- numbers
        inference_benchmarks.samples_per_sec,
        inference_benchmarks.step_time,
        inference_benchmarks.batch_size,
        inference_benchmarks.param_count,
        inference_benchmarks.gmacs,
        inference_benchmarks.macts
    from inference_benchmarks
)

select * from add_phase
