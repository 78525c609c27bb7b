{#- Slope of y over x at the anchors in use of a prediction; 0 where x is the same at all of them. -#}
{% macro anchors_slope(y, x) -%}
    coalesce(nullif(regr_slope({{ y }}, {{ x }}) filter (where is_used) over fit, 'nan'), 0)
{%- endmacro %}
