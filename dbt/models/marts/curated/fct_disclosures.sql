-- Every figure as it was disclosed, in its own unit, with the row it was read from.
with disclosures as (
    select * from {{ ref('int_disclosures_selected') }}
),

final as (
    select
        fact_id,
        company_id,
        fact_date,
        known_at,
        period_start,
        period_end,
        kind,
        cast(low as double) as low,
        cast(high as double) as high,
        unit,
        currency,
        cast(own_usd as double) as own_usd,
        is_newest,
        confidence,
        citation
    from disclosures
)

select * from final
