{#- The columns identify a row: together unique, none null, blank, padded with
    white space or holding a control character. -#}
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
    or regexp_matches({{ column }}::varchar, '^[\s\p{Z}]|[\s\p{Z}]$|[[:cntrl:]]|^$')
    {%- endfor %}

{% endtest %}
