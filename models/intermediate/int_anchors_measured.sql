with

timings as (
    select * from {{ ref('int_timings_measured') }}
),

runs as (
    select * from {{ ref('int_runs_described') }}
    where phase = 'infer'
),

networks as (
    select * from {{ ref('int_networks_listed') }}
    where place is not null
),

-- Nobody measures new hardware with an old torch.
keep_newest_torch as (
    select
        run,
        device
    from runs
    qualify is_own or rank() over (partition by device, is_compiled order by torch_order desc) = 1
),

measure_anchors as (
    select
        targets.run,
        targets.device,
        networks.place,
        networks.reference_timings,
        log10(timings.secs) as log_secs,
        count(*) over (partition by targets.run) as anchors
    from keep_newest_torch as targets
    inner join timings on targets.run = timings.run
    inner join networks
        on
            timings.architecture = networks.architecture
            and timings.img_size = networks.img_size
    qualify anchors >= {{ var('fewest_anchors') }}
),

-- All anchors predict the rest; each, left out, is predicted by the others, which tells how far
-- off predictions are.
choose_left_out as (
    select
        run,
        place as left_out
    from measure_anchors
    union all
    select distinct
        run,
        0 as left_out
    from measure_anchors
),

leave_out_in_turn as (
    select
        measure_anchors.run,
        choose_left_out.left_out,
        measure_anchors.place,
        measure_anchors.device,
        measure_anchors.reference_timings,
        measure_anchors.log_secs,
        measure_anchors.anchors,
        measure_anchors.place <> choose_left_out.left_out as is_used
    from measure_anchors
    inner join choose_left_out on measure_anchors.run = choose_left_out.run
)

select * from leave_out_in_turn
