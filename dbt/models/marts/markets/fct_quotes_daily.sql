-- Closes of every listed line, mapped to a company or not; two lines of one company are two rows, and no total.
with quotes as (
    select * from {{ ref('int_quotes_selected') }}
),

final as (
    select
        quotes.session_date,
        quotes.symbol,
        listings.company_id,
        cast(quotes.close_price as double) as close,
        quotes.currency
    from quotes
    left join {{ ref('company_lines') }} as listings
        on
            quotes.symbol = listings.symbol
            and quotes.session_date between listings.valid_from and coalesce(listings.valid_to, date '9999-12-31')
)

select * from final
