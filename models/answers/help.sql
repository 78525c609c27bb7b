with

functions as (
    select
        function_name,
        parameters,
        comment
    from duckdb_functions()
    where schema_name = 'main' and function_type = 'table_macro' and not internal
),

write_calls as (
    select
        'from ' || function_name || '(' || array_to_string(parameters, ', ') || ')' as question,
        comment as answer
    from functions
)

select * from write_calls
order by question
