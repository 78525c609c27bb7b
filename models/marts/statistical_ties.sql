{%- set z2 = 'pow(1.959963984540054, 2)' %}

with

accuracy as (
    select * from {{ ref('model_accuracy') }}
),

test_sets as (
    select * from {{ ref('test_sets') }}
    where test_set = 'imagenet'
),

-- q ties with p while (p - q)² <= z² (p (1 - p) + q (1 - q)) / n, an interval of q around p.
solve_for_ties as (
    select
        accuracy.model,
        accuracy.img_size,
        accuracy.top1,
        2 * accuracy.top1 / 100 * test_sets.images + {{ z2 }} as linear,
        test_sets.images + {{ z2 }} as square,
        pow(accuracy.top1 / 100, 2) * test_sets.images
        - {{ z2 }} * accuracy.top1 / 100 * (1 - accuracy.top1 / 100) as constant
    from accuracy
    cross join test_sets
),

bound_ties as (
    select
        model,
        img_size,
        top1,
        100 * (linear - sqrt(pow(linear, 2) - 4 * square * constant)) / (2 * square) as lowest_tie,
        100 * (linear + sqrt(pow(linear, 2) - 4 * square * constant)) / (2 * square) as highest_tie,
        top1 - lowest_tie as below,
        highest_tie - top1 as above
    from solve_for_ties
),

count_ties as (
    select
        model,
        img_size,
        top1,
        lowest_tie,
        highest_tie,
        count(*) over (
            order by top1
            range between below preceding and above following
        ) - 1 as ties
    from bound_ties
)

select * from count_ties
