with

networks as (
    select * from {{ ref('int_networks_timed') }}
    where kind in ('transformer', 'convnet')
),

cards as (
    select * from {{ ref('benchmark_runs') }}
    where phase = 'infer' and device_kind = 'gpu'
),

cpus as (
    select * from {{ ref('benchmark_runs') }}
    where phase = 'infer' and device_kind = 'cpu' and is_default_run
),

-- Every run of a card beside the run to use of every CPU: the ratio depends on both.
pair_networks as (
    select
        cards.run as card_run,
        cpus.run as cpu_run,
        on_cards.kind,
        on_cpus.secs / on_cards.secs as slow_down
    from networks as on_cards
    inner join cards on on_cards.run = cards.run
    inner join networks as on_cpus
        on
            on_cards.architecture = on_cpus.architecture
            and on_cards.img_size = on_cpus.img_size
    inner join cpus on on_cpus.run = cpus.run
),

summarise_kinds as (
    select
        card_run,
        cpu_run,
        kind,
        count(*) as networks,
        median(slow_down) as slow_down,
        {{ median_limit('slow_down', 'lower') }} as slow_down_lower,
        {{ median_limit('slow_down', 'upper') }} as slow_down_upper
    from pair_networks
    group by card_run, cpu_run, kind
),

compare_kinds as (
    select
        transformers.card_run,
        transformers.cpu_run,
        transformers.networks as transformers,
        convnets.networks as convnets,
        transformers.slow_down as transformer_slow_down,
        convnets.slow_down as convnet_slow_down,
        transformers.slow_down / convnets.slow_down as ratio,
        transformers.slow_down_lower / convnets.slow_down_upper as ratio_lower,
        transformers.slow_down_upper / convnets.slow_down_lower as ratio_upper
    from summarise_kinds as transformers
    inner join summarise_kinds as convnets
        on
            transformers.card_run = convnets.card_run
            and transformers.cpu_run = convnets.cpu_run
    where transformers.kind = 'transformer' and convnets.kind = 'convnet'
)

select * from compare_kinds
