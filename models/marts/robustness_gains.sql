with

accuracies as (
    select * from {{ ref('test_set_accuracies') }}
    where robustness is not null
),

average_robustness as (
    select
        test_set,
        any_value(display_name) as display_name,
        count_if(is_extra_data)::bigint as extra_data_models,
        avg(robustness_top1) filter (where is_extra_data) as extra_data_robustness
    from accuracies
    group by test_set
)

select * from average_robustness
