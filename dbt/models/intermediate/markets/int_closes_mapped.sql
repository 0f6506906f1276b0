-- Closes of the one line by which each company is valued, with its share count and the rate of the day.
-- Decision: one line a company, the most preferred of those with closes and a share count; two lines are never added.
-- Decision: a session has the newest share count up to it, so that price and count are of one side of a split.
-- Decision: a day without a rate has that of the last TARGET day before, at most six days back, and `fx_date` says so.
with quotes as (
    select * from {{ ref('int_quotes_selected') }}
),

counts as (
    select * from {{ ref('int_shares_selected') }}
),

listings as (
    select
        listings.*,
        coalesce(listings.valid_to, date '9999-12-31') as last_date
    from {{ ref('company_lines') }} as listings
    where
        listings.symbol in (select quotes.symbol from quotes)
        and listings.symbol in (select counts.symbol from counts)
    qualify
        row_number() over (partition by listings.company_id order by listings.preference asc, listings.symbol asc) = 1
),

listed as (
    select
        listings.company_id,
        listings.currency as line_currency,
        quotes.symbol,
        quotes.session_date,
        quotes.close_price,
        quotes.currency
    from quotes
    inner join listings on quotes.symbol = listings.symbol
    where
        quotes.session_date between listings.valid_from and listings.last_date
        and {{ is_let_in(['int_quotes_selected'], 'quotes.session_date', entities=['listings.company_id']) }}
),

counted as (
    select
        listed.*,
        counts.shares_issued,
        counts.units_per_line,
        counts.count_date
    from listed
    asof left join counts on listed.symbol = counts.symbol and listed.session_date >= counts.count_date
),

final as (
    select
        counted.*,
        if(counted.session_date - rates.rate_date <= 6, rates.rate_date, null) as fx_date,
        if(counted.currency = 'USD', 1, if(counted.session_date - rates.rate_date <= 6, rates.usd_rate, null))
            as usd_rate,
        if(counted.currency = 'USD', 1, rates.own_rate) as own_rate
    from counted
    asof left join {{ ref('int_fx_to_usd') }} as rates
        on counted.currency = rates.currency and counted.session_date >= rates.rate_date
)

select * from final
