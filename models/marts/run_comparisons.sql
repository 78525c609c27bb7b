with

benchmarks as (
    select * from {{ ref('model_benchmarks') }}
),

runs as (
    select * from {{ ref('benchmark_runs') }}
),

pair_runs as (
    select
        row_number() over (order by from_runs.run, to_runs.run) as pair,
        from_runs.run as from_run,
        to_runs.run as to_run,
        from_runs.phase,
        list_sort(list_distinct([
            case when from_runs.device <> to_runs.device then 'device' end,
            case when from_runs.torch_version <> to_runs.torch_version then 'torch' end,
            case
                when from_runs.cuda_version is distinct from to_runs.cuda_version then 'cuda'
            end,
            case when from_runs.precision <> to_runs.precision then 'precision' end,
            case when from_runs.memory_layout <> to_runs.memory_layout then 'layout' end,
            case when from_runs.is_compiled <> to_runs.is_compiled then 'compiled' end
        ])) as settings_that_differ
    from runs as from_runs
    inner join runs as to_runs
        on from_runs.phase = to_runs.phase and from_runs.run < to_runs.run
),

pair_common_rows as (
    select
        pair_runs.pair,
        from_rows.secs as from_secs,
        to_rows.secs as to_secs,
        from_rows.secs / to_rows.secs as speed_up,
        from_rows.top1,
        from_rows.batch_size = to_rows.batch_size as is_same_batch
    from pair_runs
    inner join benchmarks as from_rows on pair_runs.from_run = from_rows.run
    inner join benchmarks as to_rows
        on
            pair_runs.to_run = to_rows.run
            and from_rows.model = to_rows.model
            and from_rows.img_size = to_rows.img_size
),

rank_common_rows as (
    select
        *,
        {{ average_rank('from_secs', 'pair') }} as from_rank,
        {{ average_rank('to_secs', 'pair') }} as to_rank,
        {{ is_on_frontier('from_secs', 'top1', 'pair') }} as is_on_from_frontier,
        {{ is_on_frontier('to_secs', 'top1', 'pair') }} as is_on_to_frontier
    from pair_common_rows
),

summarise_pairs as (
    select
        pair,
        count(*) as n,
        quantile_cont(speed_up, [0.1, 0.5, 0.9]) as speed_ups,
        quantile_cont(1 / speed_up, [0.1, 0.5, 0.9]) as slow_downs,
        nullif(corr(from_rank, to_rank), 'nan') as spearman,
        count_if(is_on_from_frontier and is_on_to_frontier)
        / count_if(is_on_from_frontier or is_on_to_frontier) as frontier_jaccard,
        count_if(is_same_batch)::bigint as same_batch_n,
        median(speed_up) filter (where is_same_batch) as same_batch_speed_up,
        median(1 / speed_up) filter (where is_same_batch) as same_batch_slow_down
    from rank_common_rows
    group by pair
),

describe_pairs as (
    select
        summarise_pairs.*,
        pair_runs.from_run,
        pair_runs.to_run,
        pair_runs.phase,
        pair_runs.settings_that_differ
        || case
            when summarise_pairs.same_batch_n < summarise_pairs.n then ['batch size'] else []
        end as differs,
        case
            when
                len(pair_runs.settings_that_differ) = 1
                and summarise_pairs.same_batch_n
                >= {{ var('effect_min_share') }} * summarise_pairs.n
                then pair_runs.settings_that_differ[1]
        end as effect
    from pair_runs
    inner join summarise_pairs on pair_runs.pair = summarise_pairs.pair
),

-- Each pair was compared once; its other direction is the reciprocal of every row.
add_other_direction as (
    select * exclude (slow_downs, same_batch_slow_down)
    from describe_pairs
    union all by name
    select
        * exclude (speed_ups, slow_downs, same_batch_speed_up, same_batch_slow_down)
        replace (to_run as from_run, from_run as to_run),
        slow_downs as speed_ups,
        same_batch_slow_down as same_batch_speed_up
    from describe_pairs
),

name_quantiles as (
    select
        from_run,
        to_run,
        phase,
        n,
        speed_ups[2] as median_speed_up,
        speed_ups[1] as p10_speed_up,
        speed_ups[3] as p90_speed_up,
        spearman,
        frontier_jaccard,
        differs,
        effect,
        same_batch_n,
        same_batch_speed_up
    from add_other_direction
)

select * from name_quantiles
