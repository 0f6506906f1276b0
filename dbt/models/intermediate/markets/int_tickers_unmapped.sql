-- Tickers with prices that nobody has mapped to a company: what to add to the seed `company_lines` next.
with quotes as (
    select * from {{ ref('int_quotes_selected') }}
),

final as (
    select
        symbol,
        max(currency) as currency,
        count(*) as sessions_count,
        min(session_date) as first_session_date,
        max(session_date) as last_session_date
    from quotes
    where symbol not in (select listings.symbol from {{ ref('company_lines') }} as listings)
    group by symbol
    order by symbol asc
)

select * from final
