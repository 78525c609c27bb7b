{#- Load the file of a seed. The adapter's own macro looks for it where the project was parsed, which
    in a copied project can be the other one. -#}
{% macro duckdb__load_csv_rows(model, agate_table) -%}
    {%- set sql -%}
        copy {{ this }} from {{ project_path(model.original_file_path) }} (format csv, header true)
    {%- endset -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}
