-- Which sources, files of figures, the seeds hold from now on.
insert into records by name
with count_rows as (
    select
        origin, file, source, source_seed, snapshot, test_set, run,
        count(*)::varchar as upstream_rows
    from records
    where kind in ('results', 'infer', 'train')
    group by all
)

select
    count_rows.* exclude (file, upstream_rows),
    source_seed as seed,
    [
        'snapshot', 'test_set', 'run', 'upstream_file', 'upstream_commit', 'upstream_rows', 'sha256'
    ] as names,
    [
        snapshot, test_set, run, file, getvariable('commit')::varchar, upstream_rows, sha256
    ] as cells
from count_rows
inner join (select origin, file, sha256 from inputs) using (origin, file);

create table sources as
select distinct origin, source, source_seed, snapshot::date as snapshot, test_set, run
from records
where seed = source_seed;

create view candidates as
select *, snapshot = getvariable('notebook_snapshot')::date as is_notebook
from sources
where
    source_seed <> 'model_cards'
    and (origin = 'new' or snapshot is distinct from getvariable('snapshot')::date)
    and (origin, source) not in (select (gone_origin, gone_source) from renames);

-- Of every run, test set and metadata the newest, all of the notebook's snapshot, and of the
-- others `imagenet` alone, snapshot_spacing days apart; what the seeds hold goes before what is
-- new. Of cards those that come now.
create table kept as
with
snapshots as (
    select snapshot, is_notebook, min(origin) as origin
    from candidates
    where test_set = 'imagenet'
    group by all
),

space_snapshots as (
    select list_reduce(
        list([snapshot] order by is_notebook desc, origin desc, snapshot),
        lambda spaced, next: if(
            len(list_filter(
                spaced,
                lambda other: abs(other - next[1]) < getvariable('snapshot_spacing')
            )) = 0,
            spaced || next,
            spaced
        )
    ) as spaced
    from snapshots
)

select candidates.origin, candidates.source
from candidates
cross join space_snapshots
qualify
    candidates.snapshot = max(candidates.snapshot) over (
        partition by candidates.source_seed, candidates.test_set, candidates.run
    )
    or (candidates.source_seed = 'result_files' and candidates.is_notebook)
    or (candidates.test_set = 'imagenet' and list_contains(spaced, candidates.snapshot))
union all
select min(origin), '' from sources where source_seed = 'model_cards';
