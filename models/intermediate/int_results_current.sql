with

results as (
    select * from {{ ref('int_results_classified') }}
    where is_current
),

architectures as (
    select architecture from {{ ref('int_architectures_grouped') }}
    where left_out_reason is null
),

imagenet_results as (
    select
        model,
        img_size
    from results
    where test_set = 'imagenet'
),

keep_models_with_an_accuracy as (
    select results.*
    from results
    inner join architectures on results.architecture = architectures.architecture
    inner join imagenet_results
        on
            results.model = imagenet_results.model
            and results.img_size = imagenet_results.img_size
)

select * from keep_models_with_an_accuracy
