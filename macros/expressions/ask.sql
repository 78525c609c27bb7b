{#- What the answers share. A parameter and a column of one name clash, so every answer first
    puts its parameters into a CTE `asked`; these add what was meant, or say what to ask. -#}

{#- The names nearest to a wrong one. -#}
{% macro nearest(column, table, asked) -%}
    (
        select string_agg(near.name, ', ' order by near.likeness desc, near.name asc)
        from (
            select
                names.name,
                jaro_winkler_similarity(lower(names.name), lower(coalesce({{ asked }}, ''))) as likeness
            from (select distinct source.{{ column }} as name from {{ table }} as source) as names
            order by likeness desc, names.name asc
            limit 5
        ) as near
    )
{%- endmacro %}

{% macro squeeze(text) -%}
    regexp_replace(lower({{ text }}), '[^a-z0-9]', '', 'g')
{%- endmacro %}

{#- The device that an asked name means: its key, its name or a part of either that no other has. -#}
{% macro asked_device(asked) -%}
    (
        select
            case
                when count(distinct runs.device) = 1 then any_value(runs.device)
                else
                    error(
                        'No one device is called "' || coalesce({{ asked }}, 'null')
                        || '". Nearest: '
                        || {{ nearest('device', ref('benchmark_runs'), asked) }}
                    )
            end
        from {{ ref('benchmark_runs') }} as runs
        where
            contains({{ squeeze('runs.device') }}, {{ squeeze(asked) }})
            or contains({{ squeeze('runs.device_name') }}, {{ squeeze(asked) }})
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
            'There is no model "' || coalesce({{ asked }}, 'null') || '". Nearest: '
            || {{ nearest('model', ref('models'), asked) }}
        )
    )
{%- endmacro %}
