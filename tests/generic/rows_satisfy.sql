{#- Every claim, an SQL expression, is true of every row; null counts as false. -#}
{% test rows_satisfy(model, claims) %}

{% for claim in claims -%}
select
    '{{ claim | replace("'", "''") }}' as broken_claim,
    *
from {{ model }}
where not coalesce({{ claim }}, false)
{{ 'union all' if not loop.last }}
{% endfor %}

{% endtest %}
