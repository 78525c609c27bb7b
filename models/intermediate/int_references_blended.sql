with

anchors as (
    select * from {{ ref('int_anchors_measured') }}
),

networks as (
    select * from {{ ref('int_networks_listed') }}
),

-- The runs of its own device would give the answer away.
compare_with_references as (
    select
        run,
        left_out,
        anchors,
        generate_subscripts(reference_timings, 1) as reference,
        unnest(
            list_transform(
                reference_timings,
                lambda timing: if(timing.device <> device, log_secs - timing.log_secs, null)
            )
        ) as log_ratio
    from anchors
    where is_used
),

-- A reference that goes exactly like the target would weigh infinitely much.
weigh_references as (
    select
        run,
        left_out,
        anchors,
        reference,
        avg(log_ratio) as shift,
        pow(greatest(var_samp(log_ratio), 1e-9), -2) as weight
    from compare_with_references
    group by run, left_out, anchors, reference
),

list_weights as (
    select
        run,
        left_out,
        any_value(anchors) as anchors,
        list(struct_pack(shift := shift, weight := weight) order by reference) as scales
    from weigh_references
    group by run, left_out
),

-- What is left out is predicted at the anchors alone, for it is compared with nothing else.
choose_networks as (
    select
        list_weights.run,
        list_weights.left_out,
        list_weights.anchors,
        list_weights.scales,
        networks.architecture,
        networks.img_size,
        networks.place,
        networks.reference_timings,
        networks.counts
    from list_weights
    inner join networks on list_weights.left_out = 0 or networks.place is not null
),

rescale_references as (
    select
        * exclude (reference_timings, scales),
        list_transform(
            list_zip(reference_timings, scales),
            lambda pair: pair[1].log_secs + pair[2].shift
        ) as rescaled,
        list_transform(
            list_zip(rescaled, scales),
            lambda pair: if(pair[1] is null, null, pair[2].weight)
        ) as weights
    from choose_networks
),

-- A run that did not time the network, or is no reference, hints at nothing.
blend_references as (
    select
        * exclude (rescaled, weights, counts),
        list_sum(list_transform(list_zip(rescaled, weights), lambda pair: pair[1] * pair[2]))
        / list_sum(weights) as blend,
        list_avg(rescaled) as mean_rescaled,
        list_transform(rescaled, lambda log_secs: coalesce(log_secs - mean_rescaled, 0)) || counts
            as hints
    from rescale_references
),

find_gaps as (
    select
        blend_references.run,
        blend_references.left_out,
        blend_references.anchors,
        blend_references.architecture,
        blend_references.img_size,
        blend_references.place,
        blend_references.blend,
        anchors.log_secs,
        anchors.log_secs - blend_references.blend as gap,
        blend_references.hints,
        coalesce(anchors.is_used, false) as is_used
    from blend_references
    left join anchors
        on
            blend_references.run = anchors.run
            and blend_references.left_out = anchors.left_out
            and blend_references.place = anchors.place
    where blend_references.blend is not null
)

select * from find_gaps
