{{ config(severity='warn') }}

-- Known and explained in timed_variants; their speed is that of the variant.
select distinct
    architecture,
    param_count
from {{ ref('int_benchmarks_matched') }}
where is_param_count_off and is_timed_variant
