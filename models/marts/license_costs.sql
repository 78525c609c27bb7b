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
    select unnest({{ var('license_cost_limits') }}) as max_ms
),

-- The most accurate within the limit; of equals the fastest.
choose_best as (
    select
        limits.max_ms::double as max_ms,
        benchmarks.device,
        benchmarks.run,
        max(struct_pack(
            top1 := benchmarks.top1,
            speed := -benchmarks.ms,
            model := benchmarks.model,
            img_size := benchmarks.img_size,
            license := benchmarks.license
        )) as best,
        max(struct_pack(
            top1 := benchmarks.top1,
            speed := -benchmarks.ms,
            model := benchmarks.model,
            img_size := benchmarks.img_size,
            license := benchmarks.license
        )) filter (where benchmarks.license_kind = 'permissive') as permissive
    from benchmarks
    inner join devices on benchmarks.device = devices.device
    inner join limits on benchmarks.ms <= limits.max_ms
    group by limits.max_ms, benchmarks.device, benchmarks.run
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
        permissive.model as permissive_model,
        permissive.img_size as permissive_img_size,
        permissive.license as permissive_license,
        permissive.top1 as permissive_top1,
        best.top1 - permissive.top1 as less_top1
    from choose_best
)

select * from compare_both
