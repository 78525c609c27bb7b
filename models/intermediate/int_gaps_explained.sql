{#- Partial least squares by conjugate gradients: a round scores each network by how like the
    anchors its hints are, weighed by what is left of their gaps, apart from the score before. -#}
with

networks as (
    select * from {{ ref('int_references_blended') }}
),

list_anchors as (
    select
        run,
        left_out,
        list(hints order by place) as anchor_hints
    from networks
    where is_used
    group by run, left_out
),

add_anchors as (
    select
        networks.*,
        list_anchors.anchor_hints
    from networks
    inner join list_anchors
        on networks.run = list_anchors.run and networks.left_out = list_anchors.left_out
),

compare_with_anchors as (
    select
        * exclude (hints, anchor_hints, gap),
        list_transform(anchor_hints, lambda anchor: list_dot_product(anchor, hints)) as likeness,
        avg(gap) filter (where is_used) over fit as mean_gap,
        gap - mean_gap as gap,
        0::double as score
    from add_anchors
    window fit as (partition by run, left_out)
),
{%- for round in [1, 2, 3] %}
    {%- set so_far = 'compare_with_anchors' if loop.first else 'explain_gaps_' ~ loop.index0 %}

    list_gaps_{{ round }} as (
        select
            run,
            left_out,
            list(gap order by place) as gaps
        from {{ so_far }}
        where is_used
        group by run, left_out
    ),

    follow_likeness_{{ round }} as (
        select
            so_far.*,
            list_dot_product(so_far.likeness, list_gaps.gaps) as new_score
        from {{ so_far }} as so_far
        inner join list_gaps_{{ round }} as list_gaps
            on so_far.run = list_gaps.run and so_far.left_out = list_gaps.left_out
    ),

    part_from_last_{{ round }} as (
        select
            * exclude (score, new_score),
            new_score
            - avg(new_score) filter (where is_used) over fit
            - score * {{ anchors_slope('new_score', 'score') }} as score
        from follow_likeness_{{ round }}
        window fit as (partition by run, left_out)
    ),

    explain_gaps_{{ round }} as (
        select
            * exclude (gap),
            score * {{ anchors_slope('gap', 'score') }} as explained_{{ round }},
            gap - explained_{{ round }} as gap
        from part_from_last_{{ round }}
        window fit as (partition by run, left_out)
    ),
{%- endfor %}

-- Damped, for twenty anchors say more about themselves than about the rest.
correct_blend as (
    select
        run,
        left_out,
        architecture,
        img_size,
        place,
        log_secs,
        blend
        + mean_gap
        + if(
            anchors >= {{ var('enough_anchors') }},
            {{ var('damping') }} * (explained_1 + explained_2 + explained_3),
            0
        ) as predicted_log_secs
    from explain_gaps_3
)

select * from correct_blend
