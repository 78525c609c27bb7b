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

-- A name that has an accuracy as it stands is no old name, unless timm gave it to another network:
-- then the one with the parameters that were timed.
resolve_names as (
    select
        benchmarks.*,
        case
            when renames.old_name is null then benchmarks.model
            when same_name.architecture is null then {{ architecture_of('renames.new_name') }}
            when
                abs(benchmarks.param_count - new_name.param_count)
                < abs(benchmarks.param_count - same_name.param_count)
                then new_name.architecture
            else benchmarks.model
        end as architecture
    from benchmarks
    left join renames on benchmarks.model = renames.old_name
    left join architectures as same_name on benchmarks.model = same_name.architecture
    left join architectures as new_name
        on {{ architecture_of('renames.new_name') }} = new_name.architecture
)

select * from resolve_names
