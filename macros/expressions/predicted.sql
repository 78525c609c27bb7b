{#- What a limit of time is held against: the slow end of a prediction's interval, for the middle is
    exceeded in a tenth of the cases on cards and a quarter on CPUs. What was measured is both ends
    of its own. -#}
{% macro cautious_ms(benchmarks) -%}
    {{ benchmarks }}.ms_high
{%- endmacro %}

{% macro cautious_samples_per_sec(benchmarks) -%}
    {{ benchmarks }}.samples_per_sec * ({{ benchmarks }}.ms / {{ cautious_ms(benchmarks) }})
{%- endmacro %}

{#- How to be sure of a prediction; null of what was measured. -#}
{% macro how_to_measure(benchmarks) -%}
    case
        when not {{ benchmarks }}.is_measured
            then
                'Predicted. Measure it: python measure.py --models '
                || {{ benchmarks }}.model || '@' || {{ benchmarks }}.img_size
    end
{%- endmacro %}
