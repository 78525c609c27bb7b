{#- A path of the project as a text of SQL: from where dbt was started, and so that a sign of the
    folder's name neither ends it nor is a pattern, which other folders' files match. -#}
{% macro project_path(path, pattern='') -%}
    {%- set path = invocation_args_dict.project_dir ~ '/' ~ path -%}
    {%- set path = path | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') ~ pattern -%}
    '{{ path | replace("'", "''") }}'
{%- endmacro %}
