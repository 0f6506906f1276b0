-- The market value of each company in each session, in whole cents.
-- Decision: all issued shares, of every class: shares / shares per unit of the line x close x rate to USD.
-- Decision: a close without a rate makes no value; the gate is told of it, and holds.
-- Decision: integers to the end, and one division rounded half up to the cent: the same input, the same cent.
with closes as (
    select
        *,
        cast(close_price * 1000000 as hugeint) as close_millionths,
        cast(usd_rate * 1000000 as hugeint) as usd_millionths,
        cast(own_rate * 1000000 as hugeint) as own_millionths
    from {{ ref('int_closes_mapped') }}
    where usd_rate is not null
),

fractions as (
    select
        *,
        200 * cast(shares_issued as hugeint) * close_millionths * usd_millionths as twice_cents,
        2 * units_per_line * own_millionths * 1000000 as twice_units
    from closes
),

valued as (
    select
        *,
        cast((twice_cents + twice_units // 2) // nullif(twice_units, 0) as bigint) as market_cap_cents
    from fractions
),

final as (
    select
        company_id,
        symbol,
        session_date,
        close_price,
        currency,
        shares_issued,
        units_per_line,
        fx_date,
        market_cap_cents
    from valued
)

select * from final
