{#- Whether no row of the partition is as fast and as accurate, and better in one of the two.
    Rows where `among` is not true neither count nor are counted. -#}
{% macro is_on_frontier(secs, top1, partition, among='true') -%}
    {{ among }}
    and {{ top1 }} = max({{ top1 }}) filter (where {{ among }}) over (
        partition by {{ partition }} order by {{ secs }}
        range between unbounded preceding and current row
    )
    and {{ top1 }} > coalesce(max({{ top1 }}) filter (where {{ among }}) over (
        partition by {{ partition }} order by {{ secs }}
        range between unbounded preceding and current row exclude group
    ), -1)
{%- endmacro %}
