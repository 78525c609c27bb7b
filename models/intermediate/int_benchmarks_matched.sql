with

benchmarks as (
    select * from {{ ref('int_benchmarks_renamed') }}
),

architectures as (
    select * from {{ ref('int_architectures_grouped') }}
),

timed_variants as (
    select * from {{ ref('timed_variants') }}
),

tested as (
    select
        architecture,
        img_size,
        max(param_count) as param_count
    from {{ ref('int_results_current') }}
    where test_set = 'imagenet'
    group by architecture, img_size
),

tested_architectures as (
    select distinct architecture from tested
),

compare_param_counts as (
    select
        benchmarks.*,
        architectures.left_out_reason as architecture_left_out_reason,
        tested_architectures.architecture is not null as is_tested,
        tested.architecture is not null as is_tested_at_size,
        abs(benchmarks.param_count / tested.param_count - 1)
        > {{ var('param_count_tolerance') }} as is_param_count_off,
        is_param_count_off and exists (
            select 1 from timed_variants
            where starts_with(benchmarks.architecture, timed_variants.prefix)
        ) as is_timed_variant
    from benchmarks
    inner join architectures on benchmarks.architecture = architectures.architecture
    left join tested
        on
            benchmarks.architecture = tested.architecture
            and benchmarks.img_size = tested.img_size
    left join tested_architectures
        on benchmarks.architecture = tested_architectures.architecture
),

give_reasons as (
    select
        * exclude (architecture_left_out_reason),
        case
            when architecture_left_out_reason is not null then architecture_left_out_reason
            when not is_tested then 'no accuracy published'
            when not is_tested_at_size then 'other image size only'
            when is_param_count_off and not is_timed_variant then 'wrong model timed'
        end as left_out_reason,
        (
            architecture_left_out_reason is null
            and left_out_reason is distinct from 'wrong model timed'
        ) as is_usable
    from compare_param_counts
)

select * from give_reasons
