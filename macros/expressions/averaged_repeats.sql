{#- What timings of one network in one run come to together. An aggregate. -#}
{% macro averaged_repeats() -%}
    avg(samples_per_sec) as samples_per_sec,
    1 / avg(samples_per_sec) as secs,
    avg(step_time) as step_time,
    max(batch_size) as batch_size,
    count(*) as timings,
    100 * (max(samples_per_sec) / min(samples_per_sec) - 1) as timing_spread
{%- endmacro %}
