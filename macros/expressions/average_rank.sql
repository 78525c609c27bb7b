{#- Rank from 1, where rows of one value share the average of their ranks, as Spearman wants:
    the mean of the first and the last rank of the value. -#}
{% macro average_rank(value, partition) -%}
    (
        rank() over (partition by {{ partition }} order by {{ value }})
        + count(*) over (partition by {{ partition }} order by {{ value }})
    ) / 2
{%- endmacro %}
