-- From the texts in `inputs` (origin `new`: upstream's files, `own`: the user's, `cards`: timm's
-- model cards, `old`: the seeds) to `records`, a row each, and the views that rules.csv looks at.
create macro cell_of(names, cells, wanted) as cells[list_position(names, wanted)];
create macro plain(number) as nullif(replace(number, ',', ''), '');
create macro as_number(number) as try_cast(plain(number) as double);
create macro as_log(number) as
    ln(case when as_number(number) between 1e-9 and 1e12 then as_number(number) end);
-- Device keys and run ids are the same where they differ in case and signs alone.
create macro squeeze(text) as regexp_replace(lower(text), '[^a-z0-9]', '', 'g');
create macro device_key(run) as squeeze(regexp_extract(run, getvariable('run_grammar'), 6));
-- Neither letter, mark, number, sign nor plain space; or one of those and yet blank.
create macro is_invisible(text) as regexp_matches(
    text,
    '[^\p{L}\p{M}\p{N}\p{P}\p{S} ]|[\x{34F}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180B}-\x{180F}'
    || '\x{2800}\x{3164}\x{FE00}-\x{FE0F}\x{FFA0}\x{E0100}-\x{E01EF}]'
);

create table files as
with
-- Of upstream's results alone the name says what is in them.
read_names as (
    select
        *,
        nullif(regexp_extract(file, '^results-(.+)\.csv$', 1), '') as results,
        nullif(regexp_extract(file, '^benchmark-(.+)\.csv$', 1), '') as run
    from inputs
    where origin in ('new', 'own')
    union all by name
    from inputs
    where origin not in ('new', 'own')
),

name_sources as (
    select
        * exclude (results),
        if(origin = 'new', getvariable('snapshot')::varchar, null) as snapshot,
        -- As they were called in 2019.
        case results
            when 'all' then 'imagenet'
            when 'inv2-matched-frequency' then 'imagenetv2-matched-frequency'
            else results
        end as test_set
    from read_names
)

select
    *,
    case
        when origin = 'old' then replace(file, '.csv', '')
        when origin = 'cards' then 'model_cards'
        when list_contains(getvariable('test_sets'), test_set) then 'results'
        when regexp_full_match(run, getvariable('run_grammar')) then split_part(run, '-', 1)
        when regexp_full_match(file, 'model_metadata[-_]in1k\.csv') then 'metadata'
    end as kind,
    count(*) over (partition by origin, kind, test_set, squeeze(run)) as files_of_source
from name_sources;

-- A quoted line break is part of its row; a row's line is the physical one that it starts on.
create table rows as
with
split_rows as (
    select
        origin, file, kind,
        regexp_extract_all(
            regexp_replace(text, '\r\n?', e'\n', 'g'),
            '(?:[^"\n]|"[^"]*")*\n|[^\n]*\n|[^\n]+'
        ) as texts,
        unnest(texts) as text_with_end,
        generate_subscripts(texts, 1) as row_number
    from files
    where kind is not null
),

split_cells as (
    select
        origin, file, kind,
        rtrim(text_with_end, e'\n') as text,
        text = text_with_end as is_cut,
        1 + coalesce(sum(length(text_with_end) - length(replace(text_with_end, e'\n', ''))) over (
            partition by origin, file order by row_number
            rows between unbounded preceding and 1 preceding
        ), 0) as line,
        -- Of a longer row it would take minutes to say what is wrong.
        if(
            length(text) < 1_000_000,
            regexp_extract_all(',' || text, ',(?:"(?:[^"]|"")*"|[^",]*)'),
            []
        ) as parts
    from split_rows
)

select
    * exclude (parts),
    array_to_string(parts, '') = ',' || text as is_split,
    list_transform(
        parts,
        lambda part: if(part like ',"%', replace(part[3:-2], '""', '"'), part[2:])
    ) as cells
from split_cells;

create table headers as
with
find_layouts as (
    select
        origin, file, kind, line,
        text as value,
        cells as spelled,
        -- Until 2022 it was spelt so.
        list_transform(cells, lambda cell: if(cell = 'cropt_pct', 'crop_pct', cell)) as columns,
        map(getvariable('kinds'), getvariable('layouts'))[kind] as layout,
        string_split(regexp_replace(layout, ' \[\w+\]', '', 'g'), ' ') as required,
        regexp_extract_all(layout, '\w+') as known
    from rows
    where line = 1
)

select
    *,
    list_transform(columns, lambda name: regexp_replace(name, '^' || kind || '_', '')) as names,
    list_filter(required, lambda name: not list_contains(columns, name)) as missing,
    list_filter(columns, lambda name: not list_contains(known, name)) as unknown,
    list_aggregate(columns, 'mode') as commonest
from find_layouts;

create table records as
with
name_cells as (
    select
        rows.origin, rows.file, rows.line, files.kind, headers.spelled,
        headers.names || ['snapshot', 'test_set', 'run'] as names,
        rows.cells || [files.snapshot, files.test_set, files.run] as cells
    from rows
    inner join headers using (origin, file)
    inner join files using (origin, file)
    where rows.line > 1 and rows.is_split and len(rows.cells) = len(headers.names)
),

find_keys as (
    select
        *,
        cell_of(names, cells, 'snapshot') as snapshot,
        cell_of(names, cells, 'test_set') as test_set,
        cell_of(names, cells, 'run') as run,
        cell_of(names, cells, 'model') as model,
        cell_of(names, cells, 'img_size') as img_size,
        -- Upstream leaves blank what it could not measure.
        kind in ('infer', 'train') and concat(
            cell_of(names, cells, 'samples_per_sec'),
            cell_of(names, cells, 'step_time'),
            cell_of(names, cells, 'batch_size')
        ) = '' as is_blank
    from name_cells
)

select
    *,
    case kind
        when 'results' then 'imagenet_results'
        when 'infer' then if(is_blank, 'blank_benchmarks', 'inference_benchmarks')
        when 'train' then if(is_blank, 'blank_benchmarks', 'training_benchmarks')
        when 'metadata' then 'model_metadata'
        else kind
    end as seed,
    -- Which file a row is from, and which seed says so.
    coalesce(run, concat_ws(' ', snapshot, test_set)) as source,
    case
        when run is not null then 'benchmark_files'
        when test_set is not null then 'result_files'
        else seed
    end as source_seed,
    min(line) over (partition by origin, file, source, model, as_number(img_size)) as first_line,
    first_value(cell_of(names, cells, 'timm_version')) over (
        partition by origin, file order by line
    ) as first_version
from find_keys;

-- What a model's parameters are elsewhere, where most that say it are far from what one row says.
create table odd_counts as
with
counts as (
    select distinct
        origin, source, img_size,
        split_part(model, '.', 1) as architecture,
        as_number(cell_of(names, cells, 'param_count')) as param_count
    from records
    where param_count > 0
)

select
    counts.*,
    median(others.param_count) as usual_count,
    count(*) as other_counts
from counts
inner join counts as others
    on
        counts.architecture = others.architecture
        and (counts.source <> others.source or counts.img_size <> others.img_size)
        -- What the seeds hold is not accused by what comes.
        and (counts.origin <> 'old' or others.origin = 'old')
group by all
having
    count(*) < 2 * count(*) filter (
        greatest(counts.param_count / others.param_count, others.param_count / counts.param_count)
        > getvariable('param_count_factor')
    );

-- Files that hold mostly the figures of a file of another name. Of two runs that were both
-- timed a hundredth of the figures are the same.
create table copies as
with
series as (
    select
        origin, source, model, source_seed,
        coalesce(squeeze(run), test_set) as series,
        coalesce('benchmark-' || run, 'results-' || test_set) || '.csv' as file,
        as_number(img_size) as img_size,
        as_number(cell_of(names, cells, if(run is null, 'top1', 'samples_per_sec'))) as figure,
        if(run is null, as_number(cell_of(names, cells, 'top5')), 0) as other_figure
    from records
    where source_seed in ('benchmark_files', 'result_files') and figure is not null
),

count_rows as (
    select *, count(*) over (partition by origin, source) as rows_of_source
    from series
),

-- What comes replaces what the seeds have by its name.
leave_out_replaced as (
    from series
    where
        origin <> 'old'
        or series not in (select series from series where origin <> 'old')
),

count_same as (
    select
        count_rows.origin, count_rows.source, count_rows.rows_of_source,
        others.file, others.source as other_source,
        count(*) as same_rows
    from count_rows
    inner join leave_out_replaced as others
        using (source_seed, model, img_size, figure, other_figure)
    where count_rows.origin <> 'old' and count_rows.series <> others.series
    group by all
)

select origin, source, min(file) as copied_file
from count_same
where 2 * same_rows > rows_of_source
group by all;

create view file as
with
old_runs as (
    select
        squeeze(run) as squeezed_run,
        any_value(run) as old_run,
        any_value(device_key(run)) as old_key
    from records
    where origin = 'old' and run is not null
    group by all
)

select
    files.*,
    nullif(old_runs.old_run, files.run) as other_spelling,
    coalesce(
        list_contains(getvariable('published_devices'), device_key(files.run))
        or device_key(files.run) in (select old_key from old_runs),
        false
    ) as is_of_published_device,
    if(contains(text, e'\r\r\n'), len(string_split(split_part(text, e'\r\r\n', 1), e'\n')), null)
        as line,
    null as spelled,
    null as value
from files
left join old_runs on squeeze(files.run) = old_runs.squeezed_run;

create view header as
select * exclude (spelled), null as spelled from headers;

create view line as
select rows.*, null as spelled, rows.text as value, headers.names
from rows
inner join headers using (origin, file);

create view cell as
with
split_records as (
    select
        records.*,
        odd_counts.usual_count,
        odd_counts.other_counts,
        cell_of(names, cells, 'top1') as top1,
        cell_of(names, cells, 'top5') as top5,
        cell_of(names, cells, 'samples_per_sec') as samples_per_sec,
        cell_of(names, cells, 'batch_size') as batch_size,
        unnest(spelled) as column_spelled,
        unnest(names) as name,
        unnest(cells) as value
    from records
    left join odd_counts
        on
            records.origin = odd_counts.origin
            and records.source = odd_counts.source
            and split_part(records.model, '.', 1) = odd_counts.architecture
            and records.img_size = odd_counts.img_size
            and as_number(cell_of(records.names, records.cells, 'param_count'))
            = odd_counts.param_count
)

select
    * exclude (spelled),
    column_spelled as spelled,
    as_number(value) as number,
    number * as_number(samples_per_sec) / 1000 as made_batch
from split_records
where
    column_spelled is not null
    and not (is_blank and name in ('samples_per_sec', 'step_time', 'batch_size'));

create view source as
with
found as (
    select
        origin, source, source_seed,
        count(*) as found_rows,
        count(*) filter (not is_blank) as measured,
        any_value(first_version) as version,
        -- Of all runs since 2019 at most -0.73, with time for speed at least 0.41; of single images
    -- on a fast card it may well be near 0.
        corr(
            as_log(cell_of(names, cells, 'samples_per_sec')),
            as_log(cell_of(names, cells, 'param_count'))
        ) as speed_by_size,
        count(distinct split_part(model, '.', 1) || ' ' || img_size) filter (
            not is_blank and list_contains(
                getvariable('anchors'), split_part(model, '.', 1) || ' ' || img_size
            )
        ) as anchors
    from records
    where seed <> source_seed or origin <> 'old'
    group by all
),

stated as (
    select
        origin, file, source, snapshot,
        coalesce(run, test_set) as series,
        try_cast(as_number(cell_of(names, cells, 'upstream_rows')) as bigint) as stated_rows
    from records
    where seed in ('result_files', 'benchmark_files')
    union all by name
    select
        origin, file, snapshot,
        coalesce(run, test_set) as series,
        coalesce(run, concat_ws(' ', snapshot, test_set)) as source
    from files
    where origin <> 'old' and kind is not null
)

select
    origin, source, stated.stated_rows,
    coalesce(stated.file, found.source_seed || '.csv') as file,
    null as line,
    null as spelled,
    null as value,
    coalesce(found.found_rows, 0) as found_rows,
    coalesce(found.measured, 0) as measured,
    coalesce(found.anchors, 0) as anchors,
    found.speed_by_size,
    found.version,
    earlier.snapshot as earlier_snapshot,
    earlier.stated_rows as earlier_rows,
    cards.earlier_cards,
    cards.earlier_version,
    copies.copied_file
from stated
full join found using (origin, source)
left join copies using (origin, source)
asof left join (from stated where origin = 'old') as earlier
    on stated.series = earlier.series and stated.snapshot >= earlier.snapshot
cross join (
    select
        count(*) as earlier_cards,
        any_value(first_version) as earlier_version
    from records
    where origin = 'old' and kind = 'model_cards'
) as cards;

-- What is wrong with a file as a whole makes its rows wrong too; then that alone is said.
create view gravest_faults as
with
keep_gravest as (
    from faults
    qualify level = min(level) over (partition by origin, file)
)

select
    * exclude (level),
    row_number() over (partition by origin, file order by line, spelled) as number,
    count(*) over (partition by origin, file) as found
from keep_gravest;
