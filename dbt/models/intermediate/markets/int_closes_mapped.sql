-- Closes of the one line by which each company is valued in a session, with its share count and the rate of the day.
-- Decision: session by session the most preferred line that has a close and a share count; two lines are never added.
-- Decision: a company held in a session has no value in it; a session held whole has its last statement before.
-- A listing that begins, joins another or ends changes the sessions it has, and no other.
-- Decision: a session has the newest share count up to it, so that price and count are of one side of a split.
-- Decision: a day without a rate has that of the last TARGET day before, at most six days back, and `fx_date` says so.
with quotes as (
    select * from {{ ref('int_quotes_selected') }}
),

counts as (
    select * from {{ ref('int_shares_selected') }}
),

listed as (
    select
        listings.company_id,
        listings.preference,
        listings.currency as line_currency,
        quotes.symbol,
        quotes.session_date,
        quotes.close_price,
        quotes.currency
    from quotes
    inner join {{ ref('company_lines') }} as listings on quotes.symbol = listings.symbol
    where
        quotes.session_date between listings.valid_from and coalesce(listings.valid_to, date '9999-12-31')
        and {{ is_let_in(['int_closes_stated'], 'quotes.session_date', entities=['listings.company_id'],
            whole_days=false) }}
),

counted as (
    select
        listed.*,
        counts.shares_issued,
        counts.units_per_line,
        counts.count_date
    from listed
    asof inner join counts on listed.symbol = counts.symbol and listed.session_date >= counts.count_date
),

preferred as (
    select *
    from counted
    qualify row_number() over (partition by company_id, session_date order by preference asc, symbol asc) = 1
),

final as (
    select
        preferred.*,
        if(preferred.session_date - rates.rate_date <= 6, rates.rate_date, null) as fx_date,
        if(preferred.currency = 'USD', 1, if(preferred.session_date - rates.rate_date <= 6, rates.usd_rate, null))
            as usd_rate,
        if(preferred.currency = 'USD', 1, rates.own_rate) as own_rate
    from preferred
    asof left join {{ ref('int_fx_to_usd') }} as rates
        on preferred.currency = rates.currency and preferred.session_date >= rates.rate_date
)

select * from final
