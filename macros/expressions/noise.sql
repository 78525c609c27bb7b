{#- How many standard errors a 95 % interval reaches to either side. -#}
{% macro z95() -%} 1.959963984540054 {%- endmacro %}

{#- Half the width of the 95 % interval of a difference: as much lies between two figures with these
    standard errors by chance alone. -#}
{% macro noise(standard_error, other_standard_error) -%}
    {{ z95() }} * sqrt(pow({{ standard_error }}, 2) + pow({{ other_standard_error }}, 2))
{%- endmacro %}
