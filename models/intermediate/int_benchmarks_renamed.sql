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
    left join renames on benchmarks.model = renames.old_name
    left join architectures as same_name on benchmarks.model = same_name.architecture
    left join architectures as new_name
        on {{ architecture_of('renames.new_name') }} = new_name.architecture
)

select * from resolve_names
