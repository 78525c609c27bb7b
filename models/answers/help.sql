with

functions as (
    select
        function_name,
        parameters,
        comment
    from duckdb_functions()
    where
        database_name = current_database()
        and schema_name = 'main'
        and function_type = 'table_macro'
        and {{ tables_are_own() }}
),

write_calls as (
    select
        -- concat, for DuckDB 1.4 makes null of no parameters.
        concat('from ', function_name, '(', array_to_string(parameters, ', '), ')') as question,
        comment as answer
    from functions
)

select * from write_calls
order by question
