-- By which rate each figure in another currency than USD becomes USD: how many, from when to when, and their sum.
-- Decision: a stock has the rate of its date, or of the last TARGET day before, at most six days back.
-- Decision: a flow has the plain average of the rates of its period, as far as that had passed on its date; one
-- whose period the rates do not cover to within six days at either end has none.
-- Decision: USD per unit in whole trillionths, so that the sum of many rates is the same in whatever order.
with figures as (
    select
        fact_id,
        company_id,
        fact_date,
        currency,
        if(kind = 'flow', least(period_start, fact_date), fact_date - 6) as first_date,
        if(kind = 'flow', least(period_end, fact_date), fact_date) as last_date,
        kind = 'flow' as is_averaged
    from {{ ref('int_disclosures_selected') }}
    where currency <> 'USD'
),

rates as (
    select
        rate_date,
        currency,
        (cast(usd_rate * 1000000 as hugeint) * 1000000000000 + cast(own_rate * 1000000 as hugeint) // 2)
        // nullif(cast(own_rate * 1000000 as hugeint), 0) as usd_trillionths
    from {{ ref('int_fx_to_usd') }}
),

within as (
    select
        figures.*,
        rates.rate_date,
        rates.usd_trillionths
    from figures
    inner join rates
        on figures.currency = rates.currency and rates.rate_date between figures.first_date and figures.last_date
    qualify
        figures.is_averaged
        or rates.rate_date = max(rates.rate_date) over (
            partition by figures.fact_id, figures.company_id, figures.fact_date
        )
),

final as (
    select
        fact_id,
        company_id,
        fact_date,
        is_averaged,
        count(*) as rates_count,
        min(rate_date) as first_rate_date,
        max(rate_date) as last_rate_date,
        cast(sum(usd_trillionths) as hugeint) as usd_trillionths
    from within
    group by fact_id, company_id, fact_date, is_averaged, first_date, last_date
    having not is_averaged or (min(rate_date) - first_date <= 6 and last_date - max(rate_date) <= 6)
)

select * from final
