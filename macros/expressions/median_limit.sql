{#- End of the 95 % interval of a median, from the places of the sorted values (binomial, in its
    normal approximation): null for fewer than six, which cannot tell. An aggregate. -#}
{% macro median_limit(value, side) -%}
    list({{ value }} order by {{ value }} {{ 'asc' if side == 'lower' else 'desc' }})[
        greatest(floor((count({{ value }}) - {{ z95() }} * sqrt(count({{ value }}))) / 2), 0)::bigint
    ]
{%- endmacro %}
