{#- What the answers share: they read their arguments, add what was meant, or say what to ask. -#}

{#- Tables are those of the database in use, also where the function is one of an attached
    database: it answers only where both are of one build. This table DuckDB has to look up first,
    and so each function begins with `asked`: where there is no such table its error says what to
    do, whatever other tables there are. -#}
{% macro tables_are_own() -%}
    {%- set build = ref('build') -%}
    {%- set built = execute and adapter.get_relation(target.database, build.schema, build.name) -%}
    {%- set own = run_query('select build_id from ' ~ built).rows[0][0] if built -%}
    (
        select
            case
                when build.build_id = '{{ own }}' then true
                else
                    error(
                        'This function is of another build than the tables in use: '
                        || '`use` the database that it is in, or build that again'
                    )
            end
        from {{ build }} as build
    )
{%- endmacro %}

{#- One row of the arguments under their names: next to a column of the same name an argument
    could not be told from it. Of a text there is also the start, which is what is compared with
    names and repeated in answers, in one line, and the bare name. A text that is longer than any
    name is refused before anything is made of it. -#}
{% macro arguments(parameters) -%}
    {%- set columns, are_names = [], [tables_are_own()] -%}
    {%- for parameter in parameters -%}
        {%- set name, type = parameter.split()[:2] -%}
        {%- do columns.append(name ~ ' as ' ~ name) -%}
        {%- if type == 'varchar' -%}
            {%- set start -%}
                regexp_replace(left({{ name }}, 100), '[\pC\p{Zl}\p{Zp}]', ' ', 'g')
            {%- endset -%}
            {%- do columns.append(start ~ ' as ' ~ name ~ '_start') -%}
            {%- do columns.append(
                'left(' ~ bare_name('left(' ~ name ~ ', 20000)') ~ ', 200) as ' ~ name ~ '_bare'
            ) -%}
            {%- set is_name -%}
                case
                    when length({{ name }}) > 20000
                        then error('No name is as long as "' || {{ start }} || '"')
                    else true
                end
            {%- endset -%}
            {%- do are_names.append(is_name) -%}
        {%- endif -%}
    {%- endfor -%}
    select
        {{ columns | join(',\n        ') }}
    where
        {{ are_names | join('\n        and ') }}
{%- endmacro %}

{#- The names nearest to a wrong one: first those that begin with it but for its signs. -#}
{% macro nearest(column, table, asked) -%}
    (
        select string_agg(near.name, ', ' order by near.likeness desc, near.name asc)
        from (
            select
                names.{{ column }} as name,
                starts_with({{ letters_of('names.' ~ column) }}, {{ letters_of(asked ~ '_bare') }})::bigint
                + jaro_winkler_similarity(
                    lower(names.{{ column }}), coalesce({{ asked }}_bare, '')
                ) as likeness
            from (select distinct known.{{ column }} from {{ table }} as known) as names
            order by likeness desc, name asc
            limit 5
        ) as near
    )
{%- endmacro %}

{#- Names that agree in this are the same: letters_of() in refresh_seeds.py, for what differs in no
    sign beyond ASCII, whose classes cost an answer ten milliseconds. -#}
{% macro letters_of(text) -%}
    regexp_replace(lower({{ text }}), '[[:punct:][:space:]]', '', 'g')
{%- endmacro %}

{#- The device that an asked name means, whatever its case and signs: by its key, or else by its
    name, by words of them in their order that no other published device has, or that no other
    device has at all. So a device of one's own changes no answer about a published one. For null
    the one that is so by default. -#}
{% macro asked_device(asked, default='devices.is_default_device') -%}
    (
        select
            case
                when histogram(known.place)[min(known.place)] = 1
                    then arg_min(known.device, known.place)
                else
                    error(
                        'No one device is called "' || coalesce({{ asked }}_start, 'null')
                        || '". There are: '
                        || coalesce(
                            string_agg(known.device, ', ') filter (where known.place is not null),
                            string_agg(known.device, ', ') filter (
                                where known.device_kind = lower({{ asked }}_start)
                            ),
                            string_agg(known.device, ', ')
                        )
                        || ' (from devices)'
                    )
            end
        from (
            select
                devices.device,
                devices.device_kind,
                case
                    when {{ asked }} is null then if({{ default }}, 1, null)
                    when {{ letters_of(asked) }} = '' then null
                    when {{ letters_of('devices.device') }} = {{ letters_of(asked) }} then 1
                    when
                        list_contains(devices.device_keys, lower({{ asked }}))
                        or {{ letters_of('devices.device_name') }} = {{ letters_of(asked) }}
                        then 2
                    when
                        {{ letters_of("devices.device || ' ' || devices.device_name") }} like
                        '%' || regexp_replace(lower({{ asked }}), '[[:punct:][:space:]]+', '%', 'g')
                        || '%'
                        then if(devices.is_own, 4, 3)
                end as place
            from {{ ref('devices') }} as devices
            order by devices.device
        ) as known
    )
{%- endmacro %}

{#- The run that is asked for by its id or else by device, phase and kind, from `asked`: without
    a kind the one to use, else the newest of the kind. An id says all of that: what is asked for
    beside it may not be another. -#}
{% macro asked_run() -%}
    {%- set asked_phase -%}
        case lower(coalesce(asked.phase_start, 'infer'))
            when 'inference' then 'infer'
            when 'training' then 'train'
            else lower(coalesce(asked.phase_start, 'infer'))
        end
    {%- endset -%}
    (
        select
            coalesce(
                any_value(runs.run) filter (
                    where runs.run = asked.run
                    and (asked.device is null or runs.is_on_device)
                    and ({{ asked_phase }} = 'infer' or runs.phase = {{ asked_phase }})
                    and coalesce(runs.is_compiled = asked.compiled, true)
                ),
                error(
                    'There is no run "' || asked.run_start
                    || if(
                        bool_or(runs.run = asked.run),
                        '" of such a device, phase or kind; its id says them: leave them out',
                        '": see from benchmark_runs'
                    )
                ),
                any_value(runs.run) filter (
                    where runs.phase = {{ asked_phase }}
                    and case
                        when asked.compiled is null then runs.is_default_run
                        else runs.is_compiled = asked.compiled and runs.is_newest
                    end
                ),
                error(
                    'There is no run of phase "' || asked.phase_start
                    || coalesce('", compiled := ' || asked.compiled::varchar, '"')
                    || ' on this device'
                    || if(
                        bool_or(runs.is_own) and {{ asked_phase }} = 'train',
                        ': training is not predicted',
                        ''
                    )
                    || '. It has: '
                    || string_agg(
                        distinct 'phase := ''' || runs.phase || ''', compiled := '
                        || runs.is_compiled::varchar,
                        '; '
                    )
                )
            )
        from (
            select
                known.*,
                known.device = {{ asked_device('asked.device') }} as is_on_device
            from {{ ref('benchmark_runs') }} as known
        ) as runs
        where asked.run is not null or runs.is_on_device
    )
{%- endmacro %}

{#- A name as people paste it: without its case, and of an address only the last part, also where
    it leads to the model's files. -#}
{% macro bare_name(text) -%}
    regexp_replace(
        rtrim(
            regexp_replace(
                lower(trim({{ text }})),
                '[?#].*$|/(tree|blob|raw|resolve|commits|discussions)(/.*)?$',
                ''
            ),
            '/'
        ),
        '^.*[/:]',
        ''
    )
{%- endmacro %}

{#- The model of this name. Of an architecture the weights are named: which of them was meant? -#}
{% macro asked_model(asked) -%}
    coalesce(
        (
            select arg_max(models.model, models.model = {{ asked }})
            from {{ ref('models') }} as models
            where models.model = {{ asked }} or lower(models.model) = {{ asked }}_bare
        ),
        error(
            coalesce(
                '"' || {{ asked }}_start || '" is an architecture. Its weights, best first: ' || (
                    select string_agg(weights.model, ', ' order by weights.top1 desc, weights.model)
                    from (
                        select
                            accuracy.model,
                            max(accuracy.top1) as top1
                        from {{ ref('model_accuracy') }} as accuracy
                        where
                            {{ letters_of('accuracy.architecture') }} = {{ letters_of(asked ~ '_bare') }}
                        group by accuracy.model
                    ) as weights
                ),
                '"' || {{ asked }}_start || '" has no published accuracy; ask speeds(''' || (
                    select min(backbones.architecture)
                    from {{ ref('backbones') }} as backbones
                    where
                        {{ asked }}_bare
                        in (lower(backbones.model), lower(backbones.architecture))
                ) || ''')',
                'There is no model "' || coalesce({{ asked }}_start, 'null') || '". Nearest: '
                || {{ nearest('model', ref('models'), asked) }}
            )
        )
    )
{%- endmacro %}

{#- Whether the limits, which may be null, are sizes of anything. -#}
{% macro are_sizes(limits) -%}
    case
        -- What is not a number counts as greater than any.
        when
            least({{ limits | join(', ') }}) < 1e-9
            or greatest({{ limits | join(', ') }}) > 1e15
            then error('a limit must be above 0, from 1e-9 to 1e15; null is no limit')
        when asked.max_param_count > 20000
            then error('param_count is in millions: max_param_count := 25, not 25000000')
        when asked.max_gmacs > 100000
            then error('gmacs is in billions: max_gmacs := 4, not 4000000000')
        else true
    end
{%- endmacro %}

{#- Whether a value, or null, is one of a column that `known` lists. -#}
{% macro is_one_of(column, what) -%}
    case
        when coalesce(list_contains(known.{{ column }}s, lower(asked.{{ column }}_start)), true) then true
        else
            error(
                'There is no {{ what }} "' || asked.{{ column }}_start || '". There are: '
                || array_to_string(known.{{ column }}s, ', ')
            )
    end
{%- endmacro %}

{#- Whether all that is asked for by its name is known. -#}
{% macro are_known() -%}
    {{ is_one_of('license_kind', 'kind of licence') }}
    and {{ is_one_of('kind', 'kind') }}
    and {{ is_one_of('architecture_group', 'group') }}
{%- endmacro %}

{#- The values that texts may ask for, for is_one_of. -#}
{% macro known_values(table) -%}
    select
        list_sort(list(distinct known.license_kind)) as license_kinds,
        list_sort(list(distinct known.kind)) as kinds,
        list_sort(list(distinct known.architecture_group)) as architecture_groups
    from {{ ref(table) }} as known
{%- endmacro %}

{#- Whether a row is of the kind, group, name and pretraining that are asked for. -#}
{% macro is_asked_for(benchmarks) -%}
    coalesce({{ benchmarks }}.kind = lower(asked.kind), true)
    and coalesce({{ benchmarks }}.architecture_group = lower(asked.architecture_group), true)
    and (
        asked.is_self_supervised is null
        or {{ benchmarks }}.is_self_supervised = asked.is_self_supervised
    )
    and len(list_filter(
        regexp_extract_all(coalesce(asked.name_bare, ''), '[a-z0-9]+'),
        lambda word: not contains(lower({{ benchmarks }}.model), word)
    )) = 0
{%- endmacro %}

{#- The arguments of best_models that say which rows there are to choose from. -#}
{% macro score_parameters() -%}
    {{ return([
        "device varchar := null",
        "phase varchar := 'infer'",
        "compiled boolean := null",
        "run varchar := null",
        "max_ms double := null",
        "min_samples_per_sec double := null",
        "min_top1 double := null",
        "max_param_count double := null",
        "max_gmacs double := null",
        "license_kind varchar := null",
        "kind varchar := null",
        "architecture_group varchar := null",
        "name varchar := null",
        "imagenet1k_only boolean := false",
        "is_self_supervised boolean := null",
        "robust_weight double := 0",
    ]) }}
{%- endmacro %}
