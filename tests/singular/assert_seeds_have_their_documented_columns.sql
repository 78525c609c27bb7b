-- A seed's columns are what its YAML says, in that order: none renamed, added or missing.
{%- set seeds = [
    ref('imagenet_results'), ref('inference_benchmarks'), ref('training_benchmarks'),
    ref('blank_benchmarks'), ref('benchmark_files'), ref('result_files'), ref('model_cards'),
    ref('model_metadata'), ref('own_benchmarks'),
    ref('anchors'), ref('architecture_groups'), ref('architecture_prefixes'), ref('architecture_renames'),
    ref('device_keys'), ref('licenses'), ref('notebook_claims'), ref('pretraining_datasets'),
    ref('retired_architectures'), ref('tag_tokens'), ref('teachers'), ref('test_sets'),
    ref('timed_variants'),
] %}

with

documented as (
    {% for seed in seeds %}
        {%- set node = graph.nodes.get('seed.image_models.' ~ seed.identifier, {}) %}
        {%- set columns = node.get('columns', {}) | join(', ') %}
        select
            '{{ seed.identifier }}' as seed,
            '{{ columns }}' as documented_columns
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

present as (
    select
        table_name as seed,
        string_agg(column_name, ', ' order by column_index) as present_columns
    from duckdb_columns()
    where schema_name = 'raw' and database_name = current_database()
    group by table_name
)

select
    seed,
    documented.documented_columns,
    present.present_columns
from documented
full join present using (seed)
where documented.documented_columns is distinct from present.present_columns
