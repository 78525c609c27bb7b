with

timings as (
    select * from {{ ref('int_timings_aggregated') }}
),

runs as (
    select * from {{ ref('int_runs_published') }}
    where phase = 'infer'
),

costs as (
    select * from {{ ref('int_costs_newest') }}
),

anchors as (
    select * from {{ ref('anchors') }}
),

-- The references are in one order in every list, with a null where one did not time the network.
list_references as (
    select
        costs.architecture,
        costs.img_size,
        list(
            struct_pack(device := runs.device, log_secs := log10(timings.secs)) order by runs.run
        ) as reference_timings
    from costs
    cross join runs
    left join timings
        on
            costs.architecture = timings.architecture
            and costs.img_size = timings.img_size
            and runs.run = timings.run
    group by costs.architecture, costs.img_size
),

take_logs as (
    select
        architecture,
        img_size,
        log10(gmacs) as log_gmacs,
        log10(macts) as log_macts,
        log10(param_count) as log_param_count,
        log10(img_size) as log_img_size
    from costs
),

-- A tenth, so that the counts have their say after the runs.
standardise_counts as (
    select
        architecture,
        img_size,
        [
            {%- for count in ['log_gmacs', 'log_macts', 'log_param_count', 'log_img_size'] %}
                0.1 * ({{ count }} - avg({{ count }}) over ()) / stddev({{ count }}) over ()
                {{- ',' if not loop.last }}
            {%- endfor %}
        ] as counts
    from take_logs
),

mark_anchors as (
    select
        list_references.architecture,
        list_references.img_size,
        anchors.place,
        list_references.reference_timings,
        standardise_counts.counts
    from list_references
    inner join standardise_counts
        on
            list_references.architecture = standardise_counts.architecture
            and list_references.img_size = standardise_counts.img_size
    left join anchors
        on
            list_references.architecture = anchors.architecture
            and list_references.img_size = anchors.img_size
)

select * from mark_anchors
