with

tags as (
    select distinct tag from {{ ref('stg_imagenet_results') }}
    where tag is not null
),

datasets as (
    select unnest(string_split(token, '_')) as token from {{ ref('pretraining_datasets') }}
),

other_tokens as (
    select token from {{ ref('tag_tokens') }}
),

split_tags as (
    select distinct
        tag,
        unnest(string_split(tag, '_')) as token
    from tags
),

-- Image sizes, resolutions, strides and epochs need no vocabulary: 384, r224, s576, e300, 300ep.
judge_tokens as (
    select
        split_tags.tag,
        split_tags.token,
        split_tags.token in (select datasets.token from datasets)
        or split_tags.token in (select other_tokens.token from other_tokens)
        or regexp_full_match(split_tags.token, '\d+|[rse]\d+|\d+ep?') as is_known
    from split_tags
)

select * from judge_tokens
