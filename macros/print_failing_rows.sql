{#- After a run, say for each data test that failed or warns which rows it found, twenty at the most. -#}
{% macro print_failing_rows(results) %}
    {%- for result in results if result.status in ('fail', 'warn') and result.node.resource_type == 'test' %}
        {%- do print(result.node.name ~ ' found:') %}
        {%- set rows = run_query('from (' ~ result.node.compiled_code ~ ') limit 20') %}
        {%- for row in rows.rows %}
            {%- set cells = [] %}
            {%- for column in rows.column_names if row[column] is not none %}
                {%- do cells.append(column ~ ' = ' ~ row[column]) %}
            {%- endfor %}
            {%- do print('    ' ~ cells | join(', ')) %}
        {%- endfor %}
        {%- if result.failures > 20 %}{% do print('    and ' ~ (result.failures - 20) ~ ' more') %}{% endif %}
    {%- endfor %}
{% endmacro %}
