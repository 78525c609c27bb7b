with

benchmarks as (
    select benchmarks.* from {{ ref('model_benchmarks') }} as benchmarks
    semi join {{ ref('int_runs_published') }} as published on benchmarks.run = published.run
),

pair_sizes as (
    select
        run,
        model,
        lag(img_size) over by_size as from_img_size,
        img_size as to_img_size,
        top1 - lag(top1) over by_size as more_top1,
        ms - lag(ms) over by_size as more_ms,
        top1 as to_top1,
        -- A model has few sizes, so among the best five rows there is another model.
        max(struct_pack(top1, speed := -secs, model, img_size), 5) over (
            partition by run order by secs
            range between unbounded preceding and current row
        ) as best_as_fast
    from benchmarks
    window by_size as (partition by run, model order by img_size)
),

find_best_other_model as (
    select
        *,
        list_filter(best_as_fast, lambda other: other.model <> model)[1] as best_other
    from pair_sizes
    where from_img_size is not null
),

compare_with_other_models as (
    select
        run,
        model,
        from_img_size,
        to_img_size,
        more_top1,
        more_ms,
        case when more_ms > 0 then more_top1 / more_ms end as more_top1_per_ms,
        best_other.model as best_other_model,
        best_other.img_size as best_other_img_size,
        best_other.top1 - (to_top1 - more_top1) as best_other_more_top1
    from find_best_other_model
)

select * from compare_with_other_models
