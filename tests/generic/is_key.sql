{#- The columns identify a row: together unique, none null, blank or padded with white space. -#}
{% test is_key(model, columns) %}

select
    {{ columns | join(', ') }},
    count(*) as copies
from {{ model }}
group by all
having
    count(*) > 1
    {%- for column in columns %}
    or {{ column }} is null
    or regexp_matches({{ column }}::varchar, '^\s|\s$|^$')
    {%- endfor %}

{% endtest %}
