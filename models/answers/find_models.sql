{{ config(parameters=["text varchar"]) }}

with

asked (text) as (
    select text
),

words as (
    select
        unnest(
            case
                when regexp_matches(asked.text, '[A-Za-z0-9]')
                    then regexp_extract_all(lower(asked.text), '[a-z0-9]+')
                else error('Say what to look for, such as convnext base 22k')
            end
        ) as word
    from asked
),

-- Of the models that hold the most words of the text, those most like it come first.
match_words as (
    select
        models.model,
        models.pretrained_on,
        models.param_count as params,
        models.img_sizes,
        count_if(contains(lower(models.model), words.word))::bigint as matched_words,
        count(words.word) as words
    from {{ ref('models') }} as models
    left join words on true
    group by models.model, models.pretrained_on, models.param_count, models.img_sizes
),

keep_best_matches as (
    select
        match_words.*,
        round(jaro_winkler_similarity(lower(match_words.model), lower(asked.text)), 3) as likeness
    from match_words
    cross join asked
    qualify match_words.matched_words = max(match_words.matched_words) over ()
)

select * from keep_best_matches
order by likeness desc, model asc
limit 20
