with

benchmarks as (
    select * from {{ ref('model_benchmarks') }}
    where phase = 'infer' and is_default_run
),

devices as (
    select * from {{ ref('devices') }}
    where is_default_device
),

limits as (
    select unnest({{ var('license_cost_limits') }})::double as max_ms
),

-- The greater the better: of equals the faster.
keep_within_limits as (
    select
        limits.max_ms,
        benchmarks.device,
        benchmarks.run,
        benchmarks.license_kind,
        struct_pack(
            top1 := benchmarks.top1,
            speed := -benchmarks.ms,
            model := benchmarks.model,
            img_size := benchmarks.img_size,
            license := benchmarks.license
        ) as choice
    from benchmarks
    inner join devices on benchmarks.device = devices.device
    inner join limits on benchmarks.ms <= limits.max_ms
),

choose_best as (
    select
        max_ms,
        device,
        run,
        max(choice) as best,
        max(choice) filter (where license_kind = 'permissive') as best_permissive
    from keep_within_limits
    group by max_ms, device, run
),

compare_both as (
    select
        max_ms,
        device,
        run,
        best.model as best_model,
        best.img_size as best_img_size,
        best.license as best_license,
        best.top1 as best_top1,
        best_permissive.model as permissive_model,
        best_permissive.img_size as permissive_img_size,
        best_permissive.license as permissive_license,
        best_permissive.top1 as permissive_top1,
        best.top1 - best_permissive.top1 as less_top1
    from choose_best
)

select * from compare_both
