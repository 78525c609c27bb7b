{#- The id of a run of one's own, from own_benchmarks: where timm came to time a device that is called
    the same, with `_own` after the device's key. -#}
{% macro own_run() -%}
    case
        when {{ letters_of(device_key_of('own_benchmarks.run')) }} in (
            select {{ letters_of('known.device_key') }} from {{ ref('device_keys') }} as known
            union all
            select {{ letters_of(device_key_of('files.run')) }} from {{ ref('benchmark_files') }} as files
        )
            then regexp_replace(own_benchmarks.run, '(-dynamo)?$', '_own\1')
        else own_benchmarks.run
    end
{%- endmacro %}
