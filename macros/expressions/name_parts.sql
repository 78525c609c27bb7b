{#- A model's name is its architecture, and after the first dot a tag that says how the weights
    were trained. -#}
{% macro architecture_of(model) -%}
    split_part({{ model }}, '.', 1)
{%- endmacro %}

{% macro device_key_of(run) -%}
    regexp_extract({{ run }}, '{{ var("run_grammar") }}', 6)
{%- endmacro %}

{% macro tag_of(model) -%}
    nullif(substr({{ model }}, strpos({{ model }} || '.', '.') + 1), '')
{%- endmacro %}
