with

benchmarks as (
    select * from {{ ref('int_benchmarks_unioned') }}
),

architectures as (
    select distinct architecture from {{ ref('int_results_classified') }}
    where is_current
),

renames as (
    select * from {{ ref('architecture_renames') }}
),

-- A name that has an accuracy as it stands is not an old name, whatever the renames say.
resolve_names as (
    select
        benchmarks.*,
        case
            when architectures.architecture is not null or renames.old_name is null
                then benchmarks.model
            else {{ architecture_of('renames.new_name') }}
        end as architecture
    from benchmarks
    left join architectures on benchmarks.model = architectures.architecture
    left join renames on benchmarks.model = renames.old_name
)

select * from resolve_names
