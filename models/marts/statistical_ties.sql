{%- set z2 = 'pow(' ~ z95() ~ ', 2)' %}

with

accuracies as (
    select * from {{ ref('test_set_accuracies') }}
    where test_set = 'imagenet'
),

test_sets as (
    select * from {{ ref('test_sets') }}
),

-- q ties with p while (p - q)² <= z² (p (1 - p) + q (1 - q)) / n, an interval of q around p.
solve_for_ties as (
    select
        accuracies.model,
        accuracies.img_size,
        accuracies.top1,
        2 * accuracies.top1 / 100 * test_sets.images + {{ z2 }} as linear,
        test_sets.images + {{ z2 }} as square,
        pow(accuracies.top1 / 100, 2) * test_sets.images
        - {{ z2 }} * accuracies.top1 / 100 * (1 - accuracies.top1 / 100) as constant
    from accuracies
    inner join test_sets on accuracies.test_set = test_sets.test_set
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
