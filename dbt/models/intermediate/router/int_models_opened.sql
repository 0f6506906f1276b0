-- One row per model and day on which it is asked about: could the weights of that checkpoint be downloaded that day?
-- Decision: a curated row goes before the catalogue. Without one a model is open if its entry names a repository, and
-- closed if it names none; unknown are a model in neither, and one of which a person wrote that nobody can tell.
-- Decision: before the day its weights were first seen a model that was opened later counts as closed, not as unknown.
-- Decision: the catalogue is believed from the day it was read; its first word holds for the days before it too.
with days as (
    select * from {{ ref('int_models_met') }}
),

curated as (
    select model_id, is_open, repository, licence, coalesce(valid_from, date '1970-01-01') as valid_from
    from {{ ref('model_openness') }}
),

looked_up as (
    select model_id, bool_and(is_open = 'unknown') as is_unknown from curated group by model_id
),

listed as (
    select
        *,
        if(lag(listed_date) over by_day is null, date '1970-01-01', listed_date) as valid_from
    from {{ ref('int_models_listed') }}
    where model_id not in (select looked_up.model_id from looked_up)
    window by_day as (partition by model_id order by listed_date)
),

final as (
    select
        days.model_id,
        days.on_date,
        case
            when curated.is_open = 'true' then 'open'
            when curated.is_open = 'false' then 'closed'
            when curated.is_open is null and not looked_up.is_unknown then 'closed'
            when listed.model_id is null then 'unknown'
            when listed.repository is null then 'closed'
            else 'open'
        end as openness,
        case
            when looked_up.model_id is not null then 'curated'
            when listed.model_id is null then 'none'
            when listed.repository is null then 'catalogue_without_id'
            else 'catalogue_id'
        end as openness_basis,
        coalesce(curated.repository, listed.repository) as repository,
        curated.licence,
        listed.fetch_id
    from days
    left join looked_up on days.model_id = looked_up.model_id
    asof left join curated on days.model_id = curated.model_id and days.on_date >= curated.valid_from
    asof left join listed on days.model_id = listed.model_id and days.on_date >= listed.valid_from
)

select * from final
