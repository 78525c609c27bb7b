with

imagenet_results as (
    select * from {{ ref('imagenet_results') }}
),

split_model_names as (
    select
        -- keys
        imagenet_results.snapshot,
        imagenet_results.test_set,
        imagenet_results.model,
        imagenet_results.img_size,

        -- names
        {{ architecture_of('imagenet_results.model') }} as architecture,
        {{ tag_of('imagenet_results.model') }} as tag,
        imagenet_results.interpolation,

        -- numbers
        imagenet_results.top1,
        round(100 - imagenet_results.top1, 3) as top1_err,
        imagenet_results.top5,
        round(100 - imagenet_results.top5, 3) as top5_err,
        imagenet_results.param_count,
        imagenet_results.crop_pct
    from imagenet_results
)

select * from split_model_names
