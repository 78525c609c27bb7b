{%- set parameters = ["model_a varchar", "model_b varchar"] -%}
{{ config(parameters=parameters) }}

with

asked as (
    {{ arguments(parameters) }}
),

chosen as (
    select
        {{ asked_model('asked.model_a') }} as model_a,
        {{ asked_model('asked.model_b') }} as model_b
    from asked
),

-- Each model at the image size at which it is the most accurate.
best_sizes as (
    select
        accuracy.model,
        arg_max(accuracy.img_size, accuracy.top1) as img_size
    from {{ ref('model_accuracy') }} as accuracy
    inner join chosen on accuracy.model in (chosen.model_a, chosen.model_b)
    group by accuracy.model
),

accuracies as (
    select
        accuracies.model,
        accuracies.img_size,
        'top1' as measure,
        accuracies.test_set as measured_on,
        accuracies.top1 as figure,
        null::double[] as interval_ends
    from {{ ref('test_set_accuracies') }} as accuracies
    inner join best_sizes
        on accuracies.model = best_sizes.model and accuracies.img_size = best_sizes.img_size
),

speeds as (
    select
        benchmarks.model,
        benchmarks.img_size,
        'ms' as measure,
        benchmarks.run as measured_on,
        round(benchmarks.ms, 4) as figure,
        if(
            not benchmarks.is_measured,
            [round(benchmarks.ms_low, 4), round(benchmarks.ms_high, 4)],
            null
        ) as interval_ends
    from {{ ref('model_benchmarks') }} as benchmarks
    inner join best_sizes
        on benchmarks.model = best_sizes.model and benchmarks.img_size = best_sizes.img_size
),

figures as (
    select * from accuracies
    union all
    select * from speeds
),

put_side_by_side as (
    select
        figures.measure,
        figures.measured_on,
        any_value(figures.img_size) filter (where figures.model = chosen.model_a) as a_img_size,
        any_value(figures.figure) filter (where figures.model = chosen.model_a) as a,
        any_value(figures.img_size) filter (where figures.model = chosen.model_b) as b_img_size,
        any_value(figures.figure) filter (where figures.model = chosen.model_b) as b,
        any_value(figures.interval_ends) filter (
            where figures.model = chosen.model_a
        ) as a_interval,
        any_value(figures.interval_ends) filter (
            where figures.model = chosen.model_b
        ) as b_interval
    from chosen
    cross join figures
    group by figures.measure, figures.measured_on
),

say_which_is_better as (
    select
        *,
        round(b - a, 4) as difference,
        case
            when a is null or b is null then 'one is missing'
            when a = b then 'equal'
            when (a > b) = (measure = 'top1') then 'a'
            else 'b'
        end as better
    from put_side_by_side
)

select * from say_which_is_better
order by measure desc, measured_on asc
