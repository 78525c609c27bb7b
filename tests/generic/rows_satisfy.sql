{#- The columns of the key identify a row: together unique, none null, blank, padded with white
    space or holding a control character. And every claim, an SQL expression, is true of every
    row; null counts as false. One test for both, for a test costs as much as a small table. -#}
{% test rows_satisfy(model, key=[], claims=[]) %}

{%- if key %}
select
    'one row per {{ key | join(", ") }}, none blank or padded' as broken_claim,
    {{ key | join(', ') }}
from {{ model }}
group by all
having
    count(*) > 1
    {%- for column in key %}
    or {{ column }} is null
    or regexp_matches({{ column }}::varchar, '^[\s\p{Z}]|[\s\p{Z}]$|[[:cntrl:]]|^$')
    {%- endfor %}
{%- endif %}
{%- for claim in claims %}
{{ 'union all by name' if key or not loop.first }}
select
    '{{ claim | replace("'", "''") }}' as broken_claim,
    *
from {{ model }}
where not coalesce({{ claim }}, false)
{%- endfor %}

{% endtest %}
