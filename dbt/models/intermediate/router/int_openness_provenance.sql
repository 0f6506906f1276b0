-- One row per usage day and fetch of the catalogue which tells whether a model used that day is open.
with usage as (
    select * from {{ ref('int_usage_selected') }}
),

opened as (
    select * from {{ ref('int_models_opened') }} where fetch_id is not null
),

final as (
    select distinct usage.usage_date, opened.fetch_id
    from usage
    inner join opened on usage.model_id = opened.model_id and usage.usage_date = opened.on_date
)

select * from final
