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

judge_tokens as (
    select
        split_tags.tag,
        split_tags.token,
        split_tags.token in (select datasets.token from datasets)
        or split_tags.token in (select other_tokens.token from other_tokens)
        or regexp_full_match(split_tags.token, '{{ var("tag_numbers") }}') as is_known
    from split_tags
)

select * from judge_tokens
