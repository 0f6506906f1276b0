-- Each figure with what it is in USD, and by which rate.
-- Decision: USD stays as it is; what is not money has no USD; money without a rate has none either, never a guess.
-- Decision: what the source itself says in USD stands beside ours and is never used for it.
-- Decision: integers to the end and one division, rounded half up to the cent: the same input, the same cent.
with figures as (
    select
        figures.*,
        rates.is_averaged,
        rates.rates_count,
        rates.first_rate_date,
        rates.last_rate_date,
        rates.usd_trillionths,
        2 * cast(rates.rates_count as hugeint) * 1000000000000 as twice_units
    from {{ ref('int_disclosures_selected') }} as figures
    left join {{ ref('int_disclosure_rates') }} as rates
        on
            figures.fact_id = rates.fact_id
            and figures.company_id = rates.company_id
            and figures.fact_date = rates.fact_date
),

cents as (
    select
        *,
        (2 * cast(low * 100 as hugeint) * usd_trillionths + twice_units // 2) // nullif(twice_units, 0) as low_cents,
        (2 * cast(high * 100 as hugeint) * usd_trillionths + twice_units // 2) // nullif(twice_units, 0) as high_cents
    from figures
),

final as (
    select
        * exclude (low_cents, high_cents, twice_units),
        if(currency = 'USD', cast(low as double), cast(low_cents as double) / 100) as low_usd,
        if(currency = 'USD', cast(high as double), cast(high_cents as double) / 100) as high_usd,
        case
            when currency is null then 'not money'
            when currency = 'USD' then 'stated in USD'
            when rates_count is null then 'no rate'
            when is_averaged
                then 'average of ' || rates_count || ' rates, ' || first_rate_date || ' to ' || last_rate_date
            else 'rate of ' || last_rate_date
        end as usd_basis
    from cents
)

select * from final
