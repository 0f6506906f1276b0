-- How many times the closes of a line that an answer restates are what was first stated of them (restated_middles).
with chosen as (
    select symbol as entity, session_date as stated_date, fetch_id, cast(close_price as double) as amount
    from {{ ref('int_quotes_selected') }}
),

stated as (
    select
        quotes.symbol as entity,
        quotes.session_date as stated_date,
        quotes.fetch_id,
        cast(quotes.close_price as double) as amount,
        row(quotes.observed_at, quotes.source_id, fetches."offset", quotes.event_id) as told_at
    from {{ ref('stg_quote_observed') }} as quotes
    inner join {{ ref('int_fetches_verified') }} as fetches on quotes.fetch_id = fetches.fetch_id
    where fetches.is_complete and not quotes.is_partial
),

final as (
    {{ restated_middles('chosen', 'stated') }}
)

select * from final
