-- What is said of an import: notes while it runs, a summary in the end.
create view notes as
with
old_sources as (
    from sources where origin = 'old'
),

new_sources as (
    from sources where origin = 'new'
),

missing_test_sets as (
    select
        test_set,
        max(old_sources.snapshot) filter (
            old_sources.snapshot <> getvariable('snapshot')::date
        ) as newest_snapshot
    from (select unnest(getvariable('test_sets')) as test_set)
    anti join new_sources using (test_set)
    left join old_sources using (test_set)
    where getvariable('snapshot') is not null
    group by test_set
),

compare_sources as (
    select
        source,
        old_sources.snapshot as old_snapshot,
        getvariable('snapshot')::date as new_snapshot,
        new_sources.source is not null as is_new
    from old_sources
    full join new_sources using (source)
    where
        old_sources.snapshot is not null
        and source not in (select other_source from renames)
)

select 1 as part, file as place, format('{}: {:,} rows', file, count(*)) as note
from records
where origin <> 'old' and file is not null
group by origin, file
union all
select
    2, model,
    format('{}: kept out {} at {} px: upstream left its speed blank', file, model, img_size)
from records
where is_blank
union all
select
    3, '',
    format('snapshot {}: replaced, the seeds had it already', getvariable('snapshot')::varchar)
where getvariable('snapshot')::date in (select snapshot from old_sources)
union all
select
    4, source,
    case
        when not is_new then format('{}: removed, the snapshot has it no more', source)
        when old_snapshot > new_snapshot
            then format('{}: kept as it is in the newer snapshot {}', source, old_snapshot::varchar)
        else format('{}: taken over from snapshot {}', source, old_snapshot::varchar)
    end
from compare_sources
where is_new <> (old_snapshot = new_snapshot)
union all
select 4, source, format('{}: the same run as {}, which goes', new_name, old_name)
from renames
union all
select
    5, newest_snapshot::varchar,
    format('no file of {}', string_agg(test_set, ', ' order by test_set))
    || coalesce(format(': what snapshot {} says of it stays', newest_snapshot::varchar), '')
from missing_test_sets
group by newest_snapshot
union all
select
    6, snapshot::varchar,
    format('snapshot {}: let go of {}', snapshot::varchar, string_agg(
        coalesce(test_set, 'model_metadata'), ', ' order by test_set
    ))
from candidates
anti join kept using (origin, source)
where run is null
group by snapshot;

create view summary as
with
models as (
    select distinct origin, cell_of(names, cells, 'model') as name
    from records
    where seed = 'imagenet_results'
),

runs as (
    select origin, run as name, regexp_extract(run, getvariable('run_grammar'), 6) as device
    from sources
    where run is not null
),

new_models as (
    select name from models where origin = 'new'
    except
    select name from models where origin = 'old'
),

new_runs as (
    select name from runs where origin = 'new'
    except
    (select name from runs where origin = 'old' union all select source from renames)
),

unknown_devices as (
    select distinct device as name from runs
    where
        origin = 'new'
        and not list_contains(
            list_transform(getvariable('device_keys'), lambda key: letters_of(key)), letters_of(device)
        )
),

-- The words of a tag: `fb_in1k` in `levit_128.fb_in1k`.
words as (
    select distinct unnest(string_split(substr(name, strpos(name, '.') + 1), '_')) as name
    from models
    where origin = 'new' and contains(name, '.')
),

unknown_words as (
    from words
    where
        not list_contains(getvariable('tag_tokens'), name)
        and not list_contains(
            string_split(array_to_string(getvariable('pretraining_datasets'), '_'), '_'), name
        )
        and not regexp_full_match(name, getvariable('tag_numbers'))
),

cards as (
    select * exclude (timm_version) from model_cards
),

old_cards as (
    select * exclude (timm_version) from old_model_cards
),

changed_cards as (
    select model from (from cards except from old_cards)
    semi join old_cards using (model)
),

findings as (
    select
        1 as place, 'new' as origin, 'New models' as what, list(name order by name) as names
    from new_models
    union all
    select 2, 'new', 'New runs', list(name order by name) from new_runs
    union all
    select
        3, 'new', 'Renamed runs', list(format('{}, once {}', new_name, old_name) order by new_name)
    from renames
    union all
    select
        4, 'new', 'Devices missing in seeds/reference/device_keys.csv', list(name order by name)
    from unknown_devices
    union all
    select
        5, 'new', 'Words of tags missing in seeds/reference/tag_tokens.csv',
        list(name order by name)
    from unknown_words
    union all
    select
        6, 'cards', format('Cards new in timm {}', (select any_value(timm_version) from model_cards)),
        list(model order by model)
    from cards
    anti join old_cards using (model)
    union all
    select 7, 'cards', 'Cards that are gone', list(model order by model)
    from old_cards
    anti join cards using (model)
    union all
    select 8, 'cards', 'Cards that changed', list(model order by model) from changed_cards
),

-- No name ends the code that it is set in.
quote_names as (
    select
        place, what,
        coalesce(len(names), 0) as found,
        list_transform(names[:20], lambda name: '`' || replace(name[:80], '`', '') || '`') as quoted
    from findings
    semi join inputs using (origin)
)

select
    place,
    format('- {}: {:,}', what, found)
    || coalesce(' (' || array_to_string(quoted, ', ') || if(found > 20, ', …)', ')'), '') as line
from quote_names;
