-- Each build of this table has another id, which the functions built after it know.
select '{{ invocation_id }}' as build_id
