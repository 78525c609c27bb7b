-- An accuracy at a size that nobody timed, or a timing at a size that one run alone has and
-- nobody tested: one of the two sizes is likely mistyped.
select
    upstream_file,
    model,
    img_size,
    reason as why
from {{ ref('left_out_rows') }}
where test_set = 'imagenet' and reason in ('other image size only', 'no speed published')
union all
select
    any_value(run) as upstream_file,
    any_value(model) as model,
    img_size,
    'timed at this size once, never tested' as why
from {{ ref('int_benchmarks_matched') }}
where left_out_reason in ('no accuracy published', 'other image size only')
group by architecture, img_size
having count(distinct run) = 1
