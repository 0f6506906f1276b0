-- What one unit of each currency is worth in USD on each TARGET day, as a fraction: usd_rate / own_rate, both per EUR.
-- Decision: the quotient stays a fraction of two stated rates; it is divided once, where money is made of it.
with rates as (
    select rate_date, quote_currency as currency, rate
    from {{ ref('int_fx_selected') }}
    where base_currency = 'EUR'
),

to_euro as (
    select rate_date, currency, rate from rates
    union all
    select distinct rate_date, 'EUR' as currency, cast(1 as decimal(18, 6)) as rate from rates
),

usd as (
    select rate_date, rate from rates where currency = 'USD'
),

final as (
    select
        to_euro.rate_date,
        to_euro.currency,
        usd.rate as usd_rate,
        to_euro.rate as own_rate
    from to_euro
    inner join usd on to_euro.rate_date = usd.rate_date
    where to_euro.currency <> 'USD'
)

select * from final
