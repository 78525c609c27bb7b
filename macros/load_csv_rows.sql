{#- Load the file of a seed. The adapter's own macro looks for it where the project was parsed, which
    in a copied project can be the other one. -#}
{% macro duckdb__load_csv_rows(model, agate_table) -%}
    {%- set sql = copy_csv(this, model.original_file_path) -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}

{#- Add to a seed the files that match the pattern, below the project's folder. All of the format but
    the line ends is said, for DuckDB guesses from the first 20,480 rows and from what looks odd. -#}
{% macro copy_csv(seed, file, pattern='') -%}
    copy {{ seed }} from {{ project_path(file, pattern) }} (
        format csv, auto_detect false, header true, delim ',', quote '"', escape '"', comment '', nullstr ''
    )
{%- endmacro %}
