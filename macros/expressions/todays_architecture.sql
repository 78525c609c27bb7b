{#- The architecture that a name stands for today, from its row of `renames` and the networks of
    today that have the name (`same_name`) or its new one (`new_name`), where there are any. A name
    that has an accuracy as it stands is no old name, unless timm gave it to another network: then
    the one with the same parameters. -#}
{% macro todays_architecture(name, param_count) -%}
    case
        when renames.old_name is null then {{ name }}
        when same_name.architecture is null then {{ architecture_of('renames.new_name') }}
        when
            abs({{ param_count }} - new_name.param_count)
            < abs({{ param_count }} - same_name.param_count)
            then new_name.architecture
        else {{ name }}
    end
{%- endmacro %}

{#- What todays_architecture asks of a name, joined to its row: `renames` and `architectures`, the
    networks of today, are the caller's. -#}
{% macro join_todays_networks(name) -%}
    left join renames on {{ name }} = renames.old_name
    left join architectures as same_name on {{ name }} = same_name.architecture
    left join architectures as new_name
        on {{ architecture_of('renames.new_name') }} = new_name.architecture
{%- endmacro %}
