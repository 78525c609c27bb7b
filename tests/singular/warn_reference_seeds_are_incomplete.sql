{{ config(severity='warn') }}

-- What is new upstream builds all the same, as `unknown` or under its own key; here is what to
-- add to which seed. A timed name needs no row while it has an accuracy, or while the newest torch
-- still times it. A card needs no accuracy, for timm's cards come first and backbones have none;
-- but a model that had one and still has its card has lost it.
with

benchmarks as (
    select * from {{ ref('int_benchmarks_matched') }}
),

newest_runs as (
    select run from {{ ref('int_runs_published') }}
    qualify rank() over (order by torch_order desc) = 1
),

timed_by_newest_torch as (
    select distinct benchmarks.model
    from benchmarks
    inner join newest_runs on benchmarks.run = newest_runs.run
)

select
    'tag_tokens, or pretraining_datasets' as reference_seed,
    token as missing,
    min(tag) as seen_in
from {{ ref('int_tag_tokens') }}
where not is_known
group by token
union all
select
    'device_keys' as reference_seed,
    runs.device_key as missing,
    min(runs.run) as seen_in
from {{ ref('int_runs_published') }} as runs
anti join {{ ref('device_keys') }} as known
    on {{ letters_of('runs.device_key') }} = {{ letters_of('known.device_key') }}
group by runs.device_key
union all
select
    'test_sets' as reference_seed,
    files.test_set as missing,
    min(files.upstream_file) as seen_in
from {{ ref('result_files') }} as files
anti join {{ ref('test_sets') }} as known on files.test_set = known.test_set
group by files.test_set
union all
select
    'architecture_prefixes' as reference_seed,
    architecture as missing,
    'names of models or benchmarks' as seen_in
from {{ ref('int_architectures_grouped') }}
where architecture_group = 'unknown'
union all
select
    'architecture_groups' as reference_seed,
    models.architecture_group as missing,
    min(models.model) as seen_in
from {{ ref('models') }} as models
where models.kind = 'unknown' and models.architecture_group <> 'unknown'
group by models.architecture_group
union all
select
    'teachers' as reference_seed,
    models.model as missing,
    'a name that says distilled' as seen_in
from {{ ref('models') }} as models
where models.is_distilled and models.pretrained_on = 'imagenet-1k' and models.is_extra_data is null
union all
select
    'architecture_renames, or retired_architectures' as reference_seed,
    benchmarks.model as missing,
    min(benchmarks.run) as seen_in
from benchmarks
anti join timed_by_newest_torch on benchmarks.model = timed_by_newest_torch.model
anti join {{ ref('architecture_renames') }} as renames on benchmarks.model = renames.old_name
anti join {{ ref('retired_architectures') }} as retired on benchmarks.model = retired.architecture
where benchmarks.left_out_reason = 'no accuracy published'
group by benchmarks.model
union all
select
    'licenses' as reference_seed,
    cards.license as missing,
    min(cards.model) as seen_in
from {{ ref('stg_model_cards') }} as cards
anti join {{ ref('licenses') }} as known on cards.license = known.license
group by cards.license
union all
select
    'model_cards' as reference_seed,
    results.model as missing,
    'results of imagenet' as seen_in
from {{ ref('int_results_current') }} as results
anti join {{ ref('stg_model_cards') }} as cards on results.model = cards.model
where results.test_set = 'imagenet'
group by results.model
union all
select
    'imagenet_results' as reference_seed,
    results.model as missing,
    'model_cards, and results of ' || max(results.snapshot) as seen_in
from {{ ref('int_results_classified') }} as results
inner join {{ ref('stg_model_cards') }} as cards on results.model = cards.model
where results.test_set = 'imagenet'
group by results.model
having not bool_or(results.is_current)
