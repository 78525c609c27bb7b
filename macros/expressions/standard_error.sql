{#- Standard error of an accuracy in percent, binomial over the images of its test set. -#}
{% macro standard_error(top1, images) -%}
    100 * sqrt({{ top1 }} / 100 * (1 - {{ top1 }} / 100) / {{ images }})
{%- endmacro %}
