-- A new token may name a dataset: add it to pretraining_datasets, or else to tag_tokens.
with

tokens as (
    select distinct
        tag,
        unnest(string_split(tag, '_')) as token
    from {{ ref('stg_imagenet_results') }}
    where tag is not null
),

known_tokens as (
    select unnest(string_split(token, '_')) as token from {{ ref('pretraining_datasets') }}
    union
    select token from {{ ref('tag_tokens') }}
)

select
    tokens.token,
    tokens.tag
from tokens
anti join known_tokens on tokens.token = known_tokens.token
where not regexp_full_match(tokens.token, '{{ var("tag_numbers") }}')
