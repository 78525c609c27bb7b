{%- set parameters = ["text varchar"] -%}
{{ config(parameters=parameters) }}

with

asked as (
    {{ arguments(parameters) }}
),

words as (
    select
        unnest(
            case
                when length(asked.text) > 200
                    then error('Say it in fewer words: 200 characters at the most')
                when regexp_matches(asked.text, '[A-Za-z0-9]')
                    then regexp_extract_all(asked.text_bare, '[a-z0-9]+')
                else error('Say what to look for, such as convnext base 22k')
            end
        ) as word
    from asked
),

known_models as (
    select
        models.model,
        models.pretrained_on,
        models.param_count,
        models.img_sizes,
        models.num_features,
        models.reductions,
        models.license,
        null::varchar as lacks
    from {{ ref('models') }} as models
    union all
    select
        backbones.model,
        backbones.pretrained_on,
        backbones.param_count,
        backbones.timed_img_sizes as img_sizes,
        backbones.num_features,
        backbones.reductions,
        backbones.license,
        'a published accuracy' || if(len(backbones.timed_img_sizes) = 0, ', a speed', '') as lacks
    from {{ ref('backbones') }} as backbones
),

name_parts as (
    select
        known_models.model,
        unnest(string_split_regex(lower(known_models.model), '[^a-z0-9]+')) as part
    from known_models
),

-- A word counts fully where the name holds it, and else as much as the part most like it.
match_words as (
    select
        name_parts.model,
        words.word,
        contains(lower(name_parts.model), words.word) as is_held,
        max(jaro_winkler_similarity(name_parts.part, words.word)) as likeness
    from words
    cross join name_parts
    group by name_parts.model, words.word
),

score_models as (
    select
        match_words.model,
        count_if(match_words.is_held)::bigint as words_held,
        round(avg(case when match_words.is_held then 1 else match_words.likeness end), 3)
            as likeness
    from match_words
    group by match_words.model
),

describe_matches as (
    select
        known_models.*,
        score_models.likeness,
        case
            when max(score_models.words_held) over () = 0
                then 'No name holds any of these words; this one is like them'
        end as note
    from score_models
    inner join known_models on score_models.model = known_models.model
)

select * from describe_matches
order by likeness desc, lacks is not null, length(model) asc, model asc
limit 20
