{#- Whether no row of the partition is as fast and as accurate, and better in one of the two.
    Rows where `among` is not true neither count nor are counted. -#}
{% macro is_on_frontier(secs, top1, partition, among='true') -%}
    coalesce({{ among }}, false)
    and {{ top1 }} > coalesce(max({{ top1 }}) filter (where {{ among }}) over (
        partition by {{ partition }} order by {{ secs }}, {{ top1 }} desc
        groups between unbounded preceding and 1 preceding
    ), -1)
{%- endmacro %}
