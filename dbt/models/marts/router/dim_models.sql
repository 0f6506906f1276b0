-- Every model met in usage or in the catalogue, as it is known on the newest day observed.
-- Decision: the name is the newest complete catalogue's, of the entry without a variant where there is one.
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
    select entries.model_id, entries.name
    from {{ ref('stg_catalog_model_observed') }} as entries
    inner join {{ ref('int_fetches_verified') }} as fetches on entries.fetch_id = fetches.fetch_id
    where fetches.is_complete
    qualify row_number() over (
        partition by entries.model_id
        order by
            entries.observed_at desc,
            contains(entries.catalog_id, ':') asc,
            entries.catalog_id asc,
            entries.event_id asc
    ) = 1
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
