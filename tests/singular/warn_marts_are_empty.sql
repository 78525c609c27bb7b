{{ config(severity='warn') }}

-- A state of upstream may lack what a mart is made of; the rest builds without it.
select
    'notebook_benchmarks' as empty_mart,
    'no figures of the snapshot {{ var("notebook_snapshot") }}' as why
where not exists (select 1 from {{ ref('notebook_benchmarks') }})
union all
select
    'model_benchmarks' as empty_mart,
    'no model was timed at a size at which it was tested' as why
where not exists (select 1 from {{ ref('model_benchmarks') }})
union all
select
    'model_accuracy' as empty_mart,
    'no figures of the test set imagenet' as why
where not exists (select 1 from {{ ref('model_accuracy') }})
