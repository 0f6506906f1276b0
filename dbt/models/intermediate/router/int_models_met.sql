-- Every model met in usage or in the catalogue, on each of its usage days and on the newest day observed.
with usage as (
    select * from {{ ref('int_usage_selected') }}
),

catalogue as (
    select * from {{ ref('stg_catalog_model_observed') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where is_complete
),

models as (
    select model_id from usage
    union
    select catalogue.model_id from catalogue inner join fetches on catalogue.fetch_id = fetches.fetch_id
),

newest as (
    select * from {{ ref('int_day_newest') }}
),

final as (
    select model_id, usage_date as on_date from usage
    union
    select models.model_id, newest.on_date from models cross join newest
)

select * from final
