-- Tokens by model variant and day, `other` included, as the newest complete answer for the day states them.
with usage as (
    select * from {{ ref('int_usage_attributed') }}
),

final as (
    select usage_date, model_permaslug, model_id, variant, vendor_id, origin, openness, tokens
    from usage
)

select * from final
