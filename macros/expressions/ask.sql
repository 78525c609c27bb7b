{#- What the answers share: they read their arguments, add what was meant, or say what to ask. -#}

{#- Tables are those of the database in use, also where the function is one of an attached
    database: it answers only where both are of one build. -#}
{% macro tables_are_own() -%}
    {%- set built = execute and adapter.get_relation(target.database, target.schema, 'build') -%}
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
        from {{ ref('build') }} as build
    )
{%- endmacro %}

{#- One row of the arguments under their names: next to a column of the same name an argument
    could not be told from it. Of a text there is also the start, which is what is compared with
    names and repeated in answers. -#}
{% macro arguments(parameters) -%}
    {%- set columns = [] -%}
    {%- for parameter in parameters -%}
        {%- set name, type = parameter.split()[:2] -%}
        {%- do columns.append(name ~ ' as ' ~ name) -%}
        {%- if type == 'varchar' -%}
            {%- do columns.append('left(' ~ name ~ ', 100) as ' ~ name ~ '_start') -%}
        {%- endif -%}
    {%- endfor -%}
    select
        {{ columns | join(',\n        ') }}
    where {{ tables_are_own() }}
{%- endmacro %}

{#- The names nearest to a wrong one. -#}
{% macro nearest(column, table, asked) -%}
    (
        select string_agg(near.name, ', ' order by near.likeness desc, near.name asc)
        from (
            select
                names.{{ column }} as name,
                jaro_winkler_similarity(
                    lower(names.{{ column }}), lower(coalesce({{ asked }}_start, ''))
                ) as likeness
            from {{ table }} as names
            order by likeness desc, name asc
            limit 5
        ) as near
    )
{%- endmacro %}

{% macro squeeze(text) -%}
    regexp_replace(lower({{ text }}), '[^a-z0-9]', '', 'g')
{%- endmacro %}

{#- The device that an asked name means: its key, its name or a part of either that no other has;
    for null the one that is so by default. -#}
{% macro asked_device(asked, default='devices.is_default_device') -%}
    (
        select
            case
                when count(*) = 1 then any_value(devices.device)
                else
                    error(
                        'No one device is called "' || coalesce({{ asked }}_start, 'null')
                        || '". Nearest: '
                        || coalesce({{ nearest('device', ref('devices'), asked) }}, 'none')
                    )
            end
        from {{ ref('devices') }} as devices
        where
            coalesce(
                contains({{ squeeze('devices.device') }}, {{ squeeze(asked) }})
                or contains({{ squeeze('devices.device_name') }}, {{ squeeze(asked) }}),
                {{ default }}
            )
    )
{%- endmacro %}

{#- The newest run of the asked device, phase and kind, from `asked`. -#}
{% macro asked_run() -%}
    (
        select
            coalesce(
                any_value(runs.run) filter (
                    where runs.phase = asked.phase and runs.is_compiled = asked.compiled
                    and runs.is_newest
                ),
                error(
                    'There is no such run on this device. It has: '
                    || string_agg(
                        distinct 'phase := ''' || runs.phase || ''', compiled := '
                        || runs.is_compiled::varchar,
                        '; '
                    )
                )
            )
        from {{ ref('benchmark_runs') }} as runs
        where runs.device = {{ asked_device('asked.device') }}
    )
{%- endmacro %}

{#- The model of exactly this name. -#}
{% macro asked_model(asked) -%}
    coalesce(
        (select models.model from {{ ref('models') }} as models where models.model = {{ asked }}),
        error(
            'There is no model "' || coalesce({{ asked }}_start, 'null') || '". Nearest: '
            || {{ nearest('model', ref('models'), asked) }}
        )
    )
{%- endmacro %}
