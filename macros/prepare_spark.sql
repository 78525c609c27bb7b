{#- Before a run on Spark: functions get the names that DuckDB has for them, and what the selected
    models read but others built becomes tables over the Parquet files that DuckDB wrote. -#}
{% macro prepare_spark() %}
    {%- if not execute or target.type != 'spark' %}{{ return('') }}{% endif %}
    {%- set functions = {
        'starts_with(text string, start string)': 'startswith(text, start)',
        'strpos(text string, part string)': 'instr(text, part)',
        'regexp_matches(text string, pattern string)': 'regexp_like(text, pattern)',
    } %}
    {%- for function, meaning in functions.items() %}
        {%- do run_query('create or replace function ' ~ function ~ ' return ' ~ meaning) %}
    {%- endfor %}
    {%- set built = graph.nodes.values() | selectattr('unique_id', 'in', selected_resources) %}
    {%- for read in built | map(attribute='depends_on.nodes') | sum(start=[]) | unique
        if read not in selected_resources %}
        {%- set name = graph.nodes[read].schema ~ '.' ~ graph.nodes[read].name %}
        {%- set file = env_var('IMAGE_MODELS_LAKE', 'target/spark') ~ '/duckdb/' ~ name ~ '.parquet' %}
        {%- do run_query('create schema if not exists ' ~ graph.nodes[read].schema) %}
        {%- do run_query('create table if not exists ' ~ name ~ ' using parquet location "' ~ file ~ '"') %}
    {%- endfor %}
{% endmacro %}
