-- Each build of this table has another id, which the functions built after it know. DuckDB names
-- the schema to who asks a function in a database that has no such table.
{{ config(schema='use_the_database_of_this_function') }}

select '{{ invocation_id }}' as build_id
