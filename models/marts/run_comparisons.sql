with

networks as (
    select * from {{ ref('int_networks_timed') }}
),

runs as (
    select * from {{ ref('benchmark_runs') }}
),

map_settings as (
    select
        *,
        map(
            ['compiled', 'cuda', 'device', 'layout', 'precision', 'torch'],
            [
                if(is_compiled, 'compiled', 'eager'),
                cuda_version,
                device_name,
                memory_layout,
                precision,
                torch_version
            ]
        ) as set_up
    from runs
),

pair_runs as (
    select
        row_number() over (order by from_runs.run, to_runs.run) as pair,
        from_runs.run as from_run,
        to_runs.run as to_run,
        from_runs.phase,
        from_runs.set_up as from_set_up,
        to_runs.set_up as to_set_up
    from map_settings as from_runs
    inner join map_settings as to_runs
        on from_runs.phase = to_runs.phase and from_runs.run < to_runs.run
),

find_differences as (
    select
        *,
        list_filter(
            map_keys(from_set_up),
            lambda setting: from_set_up[setting] is distinct from to_set_up[setting]
        ) as settings_that_differ
    from pair_runs
),

pair_common_networks as (
    select
        pair_runs.pair,
        from_rows.secs as from_secs,
        to_rows.secs as to_secs,
        from_rows.secs / to_rows.secs as speed_up,
        from_rows.models,
        from_rows.top1,
        from_rows.batch_size = to_rows.batch_size as is_same_batch
    from pair_runs
    inner join networks as from_rows on pair_runs.from_run = from_rows.run
    inner join networks as to_rows
        on
            pair_runs.to_run = to_rows.run
            and from_rows.architecture = to_rows.architecture
            and from_rows.img_size = to_rows.img_size
),

rank_common_networks as (
    select
        *,
        {{ average_rank('from_secs', 'pair') }} as from_rank,
        {{ average_rank('to_secs', 'pair') }} as to_rank,
        {{ is_on_frontier('from_secs', 'top1', 'pair') }} as is_on_from_frontier,
        {{ is_on_frontier('to_secs', 'top1', 'pair') }} as is_on_to_frontier
    from pair_common_networks
),

summarise_pairs as (
    select
        pair,
        count(*) as networks,
        sum(models)::bigint as models,
        quantile_cont(speed_up, [0.1, 0.5, 0.9]) as speed_ups,
        quantile_cont(1 / speed_up, [0.1, 0.5, 0.9]) as slow_downs,
        nullif(corr(from_rank, to_rank), 'nan') as spearman,
        count_if(is_on_from_frontier and is_on_to_frontier)
        / count_if(is_on_from_frontier or is_on_to_frontier) as frontier_jaccard,
        count_if(is_same_batch)::bigint as same_batch_networks,
        median(speed_up) filter (where is_same_batch) as same_batch_speed_up,
        median(1 / speed_up) filter (where is_same_batch) as same_batch_slow_down
    from rank_common_networks
    group by pair
),

describe_pairs as (
    select
        summarise_pairs.*,
        find_differences.from_run,
        find_differences.to_run,
        find_differences.phase,
        find_differences.settings_that_differ
        || case
            when summarise_pairs.same_batch_networks < summarise_pairs.networks
                then ['batch size']
            else []
        end as differs,
        case
            when
                len(find_differences.settings_that_differ) = 1
                and summarise_pairs.same_batch_networks
                >= {{ var('effect_min_share') }} * summarise_pairs.networks
                then find_differences.settings_that_differ[1]
        end as effect
    from find_differences
    inner join summarise_pairs on find_differences.pair = summarise_pairs.pair
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

describe_runs as (
    select
        pairs.from_run,
        pairs.to_run,
        pairs.phase,
        from_runs.device as from_device,
        to_runs.device as to_device,
        from_runs.device_name as from_device_name,
        to_runs.device_name as to_device_name,
        from_runs.device_short_name as from_device_short_name,
        to_runs.device_short_name as to_device_short_name,
        from_runs.torch_version as from_torch_version,
        to_runs.torch_version as to_torch_version,
        pairs.networks,
        pairs.models,
        pairs.speed_ups[2] as median_speed_up,
        pairs.speed_ups[1] as p10_speed_up,
        pairs.speed_ups[3] as p90_speed_up,
        pairs.spearman,
        pairs.frontier_jaccard,
        pairs.differs,
        pairs.effect,
        from_runs.set_up[pairs.effect] as from_setting,
        to_runs.set_up[pairs.effect] as to_setting,
        pairs.same_batch_networks,
        pairs.same_batch_speed_up
    from add_other_direction as pairs
    inner join map_settings as from_runs on pairs.from_run = from_runs.run
    inner join map_settings as to_runs on pairs.to_run = to_runs.run
)

select * from describe_runs
