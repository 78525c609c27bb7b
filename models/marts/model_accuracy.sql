with

accuracies as (
    select * from {{ ref('test_set_accuracies') }}
),

models as (
    select * from {{ ref('models') }}
),

costs as (
    select * from {{ ref('int_costs_newest') }}
),

ties as (
    select * from {{ ref('statistical_ties') }}
),

keep_what_is_shown as (
    select
        model,
        img_size,
        short_name,
        top1,
        top1_standard_error,
        top1_rank,
        robustness,
        top5
    from accuracies
),

put_test_sets_side_by_side as (
    select * from keep_what_is_shown
    pivot (
        max(top1) as top1,
        max(top1_standard_error) as top1_standard_error,
        max(top1_rank) as rank,
        max(robustness) as robustness,
        max(top5) as top5
        for short_name in ('imagenet', 'real', 'v2', 'sketch', 'a', 'a_clean', 'r', 'r_clean')
    )
),

name_columns as (
    select
        model,
        img_size,

        imagenet_top1 as top1,
        imagenet_top1_standard_error as top1_standard_error,
        imagenet_rank as top1_rank,
        imagenet_top5 as top5,

        real_top1,
        real_rank,
        real_top5,

        v2_top1,
        v2_rank,
        v2_robustness,
        v2_top5,

        sketch_top1,
        sketch_rank,
        sketch_robustness,
        sketch_top5,

        a_top1,
        a_rank,
        a_robustness,
        a_top5,
        a_clean_top1,
        a_clean_rank,
        a_clean_top5,

        r_top1,
        r_rank,
        r_robustness,
        r_top5,
        r_clean_top1,
        r_clean_rank,
        r_clean_top5,

        (v2_top1 + sketch_top1 + a_top1 + r_top1) / 4 as shifted_top1,
        sqrt(
            pow(v2_top1_standard_error, 2) + pow(sketch_top1_standard_error, 2)
            + pow(a_top1_standard_error, 2) + pow(r_top1_standard_error, 2)
        ) / 4 as shifted_top1_standard_error
    from put_test_sets_side_by_side
    where imagenet_top1 is not null
),

describe_models as (
    select
        name_columns.*,
        ties.ties,

        models.architecture,
        models.architecture_group,
        models.kind,
        models.family,
        models.pretrained_on,
        models.extra_data_through,
        models.license,
        models.license_kind,
        models.license_url,
        models.hub_id,
        models.paper,

        models.param_count,
        costs.gmacs,
        costs.macts,
        models.input_size,
        models.num_features,
        models.reductions,

        models.is_fixed_input_size,
        models.is_extra_data,
        models.is_distilled,
        models.is_self_supervised
    from name_columns
    inner join models on name_columns.model = models.model
    inner join ties
        on name_columns.model = ties.model and name_columns.img_size = ties.img_size
    left join costs
        on models.architecture = costs.architecture and name_columns.img_size = costs.img_size
)

select * from describe_models
