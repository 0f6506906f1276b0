-- One row per model and day on which it is asked about: could the weights of that checkpoint be downloaded that day?
-- Decision: before the day its weights were first seen a model that was opened later counts as closed, not as unknown.
-- Decision: a model nobody looked up is unknown; it is not closed because no repository was found.
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

final as (
    select
        days.model_id,
        days.on_date,
        case
            when curated.is_open = 'true' then 'open'
            when curated.is_open = 'false' then 'closed'
            when curated.is_open is null and not looked_up.is_unknown then 'closed'
            else 'unknown'
        end as openness,
        curated.repository,
        curated.licence
    from days
    left join looked_up on days.model_id = looked_up.model_id
    asof left join curated on days.model_id = curated.model_id and days.on_date >= curated.valid_from
)

select * from final
