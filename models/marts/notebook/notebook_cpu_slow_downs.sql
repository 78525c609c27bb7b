with

networks as (
    select * from {{ ref('timings') }}
    where phase = 'infer' and has_accuracy and not is_own and kind in ('transformer', 'convnet')
),

-- Every run of a card beside the run to use of every CPU: the ratio depends on both.
pair_networks as (
    select
        cards.run as card_run,
        cpus.run as cpu_run,
        cards.kind,
        cpus.secs / cards.secs as slow_down
    from networks as cards
    inner join networks as cpus
        on cards.architecture = cpus.architecture and cards.img_size = cpus.img_size
    where cards.device_kind = 'gpu' and cpus.device_kind = 'cpu' and cpus.is_default_run
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
