{#- Load the file of a seed. In the adapter's own macro the name of a folder ends the text at a quote,
    and is a pattern that other folders' files match. -#}
{% macro duckdb__load_csv_rows(model, agate_table) -%}
    {%- set path = modules.re.sub('[[*?]', '[\\g<0>]', adapter.get_seed_file_path(model)) -%}
    {%- set sql -%}
        copy {{ this }} from '{{ path | replace("'", "''") }}' (format csv, header true)
    {%- endset -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}
