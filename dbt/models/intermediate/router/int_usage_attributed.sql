-- Each selected row with its vendor, origin, openness and week; the flags of the waterfall exclude one another.
with usage as (
    select * from {{ ref('int_usage_selected') }}
),

attributed as (
    select * from {{ ref('int_models_attributed') }}
),

opened as (
    select * from {{ ref('int_models_opened') }}
),

final as (
    select
        usage.usage_date,
        cast(date_trunc('week', usage.usage_date) as date) as week_start_date,
        usage.model_permaslug,
        usage.model_id,
        usage.variant,
        usage.is_other,
        attributed.vendor_id,
        attributed.origin,
        attributed.is_identified,
        attributed.is_lineage,
        attributed.is_attributed,
        opened.openness,
        not usage.is_other and attributed.vendor_id = 'unknown' and not attributed.is_stealth as is_unmapped,
        usage.tokens
    from usage
    left join attributed on usage.model_id = attributed.model_id and usage.usage_date = attributed.on_date
    left join opened on usage.model_id = opened.model_id and usage.usage_date = opened.on_date
)

select * from final
