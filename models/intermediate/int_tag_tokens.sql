with

tags as (
    select distinct tag from {{ ref('int_models_named') }}
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

-- Sizes, strides, epochs, versions and the billions of a language model's parameters need no
-- vocabulary: 384, r224, patch16, s576, e300, 300ep, v2, 2pt1, 4b, a22b.
judge_tokens as (
    select
        split_tags.tag,
        split_tags.token,
        split_tags.token in (select datasets.token from datasets)
        or split_tags.token in (select other_tokens.token from other_tokens)
        or regexp_full_match(
            split_tags.token, '\d+|(r|s|e|v|patch)\d+|\d+ep?|\d+pt\d+|[aes]?\d+b'
        ) as is_known
    from split_tags
)

select * from judge_tokens
