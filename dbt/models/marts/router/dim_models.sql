-- Every model met in usage or in the catalogue, as it is known on the newest day observed.
with attributed as (
    select * from {{ ref('int_models_attributed') }}
    qualify on_date = max(on_date) over (partition by model_id)
),

opened as (
    select * from {{ ref('int_models_opened') }}
),

usage as (
    select model_id, min(usage_date) as first_usage_date
    from {{ ref('int_usage_selected') }}
    group by model_id
),

catalogue as (
    select * from {{ ref('int_catalogue_newest') }}
),

final as (
    select
        attributed.model_id,
        attributed.vendor_id,
        attributed.attributed_vendor_id,
        attributed.base_model,
        attributed.origin,
        opened.openness,
        opened.openness_basis,
        opened.repository,
        opened.licence,
        catalogue.name,
        usage.first_usage_date
    from attributed
    inner join opened on attributed.model_id = opened.model_id and attributed.on_date = opened.on_date
    left join catalogue on attributed.model_id = catalogue.model_id
    left join usage on attributed.model_id = usage.model_id
    where attributed.model_id <> 'other'
)

select * from final
