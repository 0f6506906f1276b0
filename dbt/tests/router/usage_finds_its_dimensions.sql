-- A reader who joins the fact to its dimensions loses nothing but `other` and the vendor `unknown`.
with facts as (
    select * from {{ ref('fct_usage_daily') }}
),

final as (
    select 'model' as missing, model_id as missing_id
    from facts
    where
        model_permaslug <> 'other'
        and model_id not in (select models.model_id from {{ ref('dim_models') }} as models)
    union all
    select 'vendor' as missing, vendor_id as missing_id
    from facts
    where
        vendor_id <> 'unknown'
        and vendor_id not in (select vendors.vendor_id from {{ ref('dim_vendors') }} as vendors)
)

select * from final
