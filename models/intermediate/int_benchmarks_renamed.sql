with

benchmarks as (
    select * from {{ ref('int_benchmarks_unioned') }}
),

architectures as (
    select
        architecture,
        max(param_count) as param_count
    from {{ ref('int_results_classified') }}
    where is_current
    group by architecture
),

renames as (
    select * from {{ ref('architecture_renames') }}
),

resolve_names as (
    select
        benchmarks.*,
        {{ todays_architecture('benchmarks.model', 'benchmarks.param_count') }}
            as architecture
    from benchmarks
    {{ join_todays_networks('benchmarks.model') }}
)

select * from resolve_names
