{#- Rank from 1, where rows of one value share the average of their ranks, as Spearman wants. -#}
{% macro average_rank(value, partition) -%}
    rank() over (partition by {{ partition }} order by {{ value }})
    + (count(*) over (partition by {{ partition }}, {{ value }}) - 1) / 2
{%- endmacro %}
