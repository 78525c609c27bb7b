-- From the texts in `inputs` (origin `new`: upstream's files, `own`: the user's, `cards`: timm's
-- model cards, `old`: the seeds) to `records`, a row each, and the views that rules.csv looks at.
create macro cell_of(names, cells, wanted) as cells[list_position(names, wanted)];
create macro plain(number) as nullif(replace(number, ',', ''), '');
create macro as_number(number) as try_cast(plain(number) as double);
create macro log_of(number) as ln(case when number between 1e-9 and 1e12 then number end);
create macro times_apart(one, other) as greatest(one / other, other / one);
create macro tens_apart(one, other) as round(abs(log10(one / other)));
-- By ten, a hundred or more, but for rounding.
create macro is_slip(one, other) as
    tens_apart(one, other) > 0
    and abs(times_apart(one, other) / pow(10, tens_apart(one, other)) - 1) < 0.01;
create macro log_odds(percentage) as
    ln(case when percentage > 0 and percentage < 100 then percentage / (100 - percentage) end);
-- Device keys and run ids are the same where they differ in case and signs alone: letters_of() in
-- refresh_seeds.py, for what is ASCII.
create macro letters_of(text) as regexp_replace(lower(text), '[^a-z0-9]', '', 'g');
create macro device_key(run) as letters_of(regexp_extract(run, getvariable('run_grammar'), 6));
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
    count(*) over (partition by origin, kind, test_set, letters_of(run)) as files_of_source
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

-- What is compared with other files. What the seeds hold already has passed.
create table figures as
select
    origin, source, source_seed, run, model,
    coalesce(letters_of(run), test_set) as series,
    coalesce('benchmark-' || run, 'results-' || test_set) || '.csv' as file,
    split_part(model, '.', 1) as architecture,
    as_number(img_size) as img_size,
    as_number(cell_of(names, cells, 'top1')) as top1,
    as_number(cell_of(names, cells, 'top5')) as top5,
    as_number(cell_of(names, cells, 'samples_per_sec')) as samples_per_sec,
    as_number(cell_of(names, cells, 'step_time')) as step_time,
    as_number(cell_of(names, cells, 'param_count')) as param_count,
    as_number(cell_of(names, cells, 'gmacs')) as gmacs,
    as_number(cell_of(names, cells, 'macts')) as macts,
    bool_or(origin = 'old') over (
        partition by
            source_seed, series, model, as_number(img_size), top1, top5, samples_per_sec,
            step_time, param_count, gmacs, macts
    ) as is_held
from records
where
    source_seed in ('benchmark_files', 'result_files')
    and seed <> source_seed
    and not is_blank;

-- How large networks are by what comes, and by most of what says it elsewhere.
create table sizes as
with
list_sizes as (
    select
        origin, source, architecture, img_size, is_held,
        unnest(['param_count', 'gmacs', 'macts']) as name,
        unnest([param_count, gmacs, macts]) as figure
    from figures
),

keep_given as (
    select distinct *
    from list_sizes
    where figure > 0
)

select
    sizes.*,
    -- Of one tool's fault all that comes may suffer.
    coalesce(
        median(others.figure) filter (others.origin = 'old'), median(others.figure)
    ) as usual_figure,
    count(*) as other_rows,
    2 * count(*) filter (
        times_apart(sizes.figure, others.figure) > if(
            sizes.name = 'param_count',
            getvariable('param_count_factor'),
            getvariable('compute_factor')
        )
        or (sizes.name = 'param_count' and is_slip(sizes.figure, others.figure))
    ) > count(*) as is_odd
from keep_given as sizes
inner join keep_given as others
    on
        sizes.name = others.name
        and sizes.architecture = others.architecture
        and (sizes.name = 'param_count' or sizes.img_size = others.img_size)
        and (sizes.origin, sizes.source, sizes.img_size)
        <> (others.origin, others.source, others.img_size)
where sizes.origin <> 'old'
group by all;

-- Files that hold for many rows the figures of a file of another name, but for rounding. Of two
-- files that were both measured at most a fourteenth of the rows are so near.
create table copies as
with
count_rows as (
    select *, count(*) over (partition by origin, source) as rows_of_source
    from figures
)

select
    these.origin, these.source, these.run, these.series, these.rows_of_source,
    others.origin as other_origin,
    others.source as other_source,
    others.run as other_run,
    others.series as other_series,
    others.file as copied_file,
    count(*) filter (
        these.samples_per_sec = others.samples_per_sec and these.step_time = others.step_time
    ) as same_rows
from count_rows as these
inner join figures as others
    on
        these.source_seed = others.source_seed
        and these.model = others.model
        and these.img_size = others.img_size
        and these.series <> others.series
        and if(
            these.run is null,
            greatest(abs(these.top1 - others.top1), abs(these.top5 - others.top5)) <= 0.05,
            times_apart(these.samples_per_sec, others.samples_per_sec) < 1.0001
            and times_apart(these.step_time, others.step_time) < 1.0001
        )
where these.origin <> 'old' and not these.is_held
group by all
having 3 * count(*) > these.rows_of_source;

-- A run that comes under a new name when its old one is gone was renamed: of the two names the
-- one in the newer snapshot stays.
create table renames as
with
old_runs as (
    select run as other_run, max(try_cast(snapshot as date)) as other_snapshot
    from records
    where origin = 'old' and seed = 'benchmark_files'
    group by all
),

find_renames as (
    select
        *,
        getvariable('snapshot')::date >= other_snapshot as is_newer
    from copies
    inner join old_runs using (other_run)
    where
        origin = 'new'
        and other_origin = 'old'
        and 2 * same_rows > rows_of_source
        -- Its device alone is called otherwise.
        and string_split(run, '-')[:5] = string_split(other_run, '-')[:5]
        and ends_with(run, '-dynamo') = ends_with(other_run, '-dynamo')
        and other_series not in (select series from figures where origin = 'new')
        and series not in (select series from figures where origin = 'old')
)

select
    source, other_source, copied_file,
    if(is_newer, other_run, run) as old_name,
    if(is_newer, run, other_run) as new_name,
    if(is_newer, other_origin, origin) as gone_origin,
    if(is_newer, other_source, source) as gone_source
from find_renames;

-- Files most of whose figures are far from those that the seeds have for the same. In all states
-- since 2019 half of them moved by at most 6.1 points of top1 and 4 % of speed.
create table departures as
select these.origin, these.source
from figures as these
inner join figures as others using (source_seed, series, model, img_size)
where these.origin <> 'old' and others.origin = 'old'
group by all
having
    count(*) >= 10
    and 2 * count(*) filter (
        abs(these.top1 - others.top1) > 10
        or times_apart(these.samples_per_sec, others.samples_per_sec) > 2
    ) > count(*);

create view file as
with
old_runs as (
    select
        letters_of(run) as run_letters,
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
left join old_runs on letters_of(files.run) = old_runs.run_letters;

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
        *,
        cell_of(names, cells, 'top1') as top1,
        cell_of(names, cells, 'top5') as top5,
        cell_of(names, cells, 'samples_per_sec') as samples_per_sec,
        cell_of(names, cells, 'batch_size') as batch_size,
        unnest(spelled) as column_spelled,
        unnest(names) as name,
        unnest(cells) as value
    from records
)

select
    split_records.* exclude (spelled),
    split_records.column_spelled as spelled,
    as_number(split_records.value) as number,
    number * as_number(split_records.samples_per_sec) / 1000 as made_batch,
    odd_sizes.usual_figure,
    odd_sizes.other_rows
from split_records
left join (from sizes where is_odd and not is_held) as odd_sizes
    on
        split_records.origin = odd_sizes.origin
        and split_records.source = odd_sizes.source
        and split_part(split_records.model, '.', 1) = odd_sizes.architecture
        and as_number(split_records.img_size) = odd_sizes.img_size
        and split_records.name = odd_sizes.name
        and as_number(split_records.value) = odd_sizes.figure
where
    split_records.column_spelled is not null
    and not (
        split_records.is_blank
        and split_records.name in ('samples_per_sec', 'step_time', 'batch_size')
    );

create view source as
with
found as (
    select
        origin, source, source_seed,
        count(*) as found_rows,
        count(*) filter (not is_blank) as measured,
        any_value(first_version) as version,
        count(distinct network) filter (
            not is_blank and list_contains(getvariable('anchors'), network)
        ) as anchors
    from (
        select
            *,
            split_part(model, '.', 1) || ' ' || try_cast(as_number(img_size) as bigint) as network
        from records
    )
    where seed <> source_seed or origin <> 'old'
    group by all
),

macts_of_networks as (
    select architecture, img_size, median(macts) as usual_macts
    from figures
    where macts > 0
    group by all
),

-- How a file's rows are to each other: of all states since 2019 what is said, and with the two
-- columns exchanged its opposite.
shapes as (
    select
        figures.origin, figures.source,
        median(figures.step_time) as usual_time,
        -- At most -0.73.
        corr(log_of(figures.samples_per_sec), log_of(figures.param_count)) as speed_by_size,
        -- At most -0.89.
        corr(
            log_of(figures.samples_per_sec), log_of(macts_of_networks.usual_macts)
        ) as speed_by_macts,
        count(macts_of_networks.usual_macts) as rows_with_macts,
        -- At least 0.94.
        corr(log_odds(figures.top5), log_odds(figures.top1)) as top5_by_top1,
        -- At most 1.8.
        median(log_odds(figures.top5) - log_odds(figures.top1)) as top5_over_top1,
        max(figures.top5) as highest_top5
    from figures
    left join macts_of_networks using (architecture, img_size)
    group by all
),

-- Of all files since 2019 half of the rows agree with the others'.
wrong_sizes as (
    select origin, source, name
    from sizes
    group by all
    having
        count(*) >= 5
        and 2 * count(*) filter (not is_held) > count(*)
        and median(times_apart(figure, usual_figure)) > 1.5
),

name_wrong_size as (
    select origin, source, min(name) as wrong_size
    from wrong_sizes
    group by all
),

name_copied as (
    select origin, source, min(copied_file) as copied_file
    from copies
    anti join renames using (source, other_source)
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
    found.version,
    earlier.snapshot as earlier_snapshot,
    earlier.stated_rows as earlier_rows,
    cards.earlier_cards,
    cards.earlier_version,
    shapes.* exclude (origin, source),
    name_copied.copied_file,
    departures.source is not null as is_departure,
    name_wrong_size.wrong_size
from stated
full join found using (origin, source)
left join shapes using (origin, source)
left join name_copied using (origin, source)
left join departures using (origin, source)
left join name_wrong_size using (origin, source)
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
