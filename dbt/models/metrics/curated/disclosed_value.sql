-- Decision: a range stays a range, and an end that the source leaves open is null: "under 6M" has no low.
-- Decision: a figure stands for its own date; a later one does not replace it.
with figures as (
    select * from {{ ref('int_disclosures_converted') }}
),

final as (
    select
        fact_id,
        company_id,
        fact_date,
        kind,
        period_start,
        period_end,
        cast(low as double) as low,
        cast(high as double) as high,
        unit,
        currency,
        cast(low_usd as double) as low_usd,
        cast(high_usd as double) as high_usd,
        cast(own_usd as double) as own_usd,
        usd_basis,
        confidence,
        citation
    from figures
)

select * from final
