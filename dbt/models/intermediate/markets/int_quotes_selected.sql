-- The close of each listed line in each session, as the newest complete fetch that has one states it.
-- Decision: a bar of a session still running is never a close, and never stands in for one.
-- Decision: closes are as traded. One that was adjusted later would not fit the share count of its day.
-- Decision: of two closes for one key in one fetch the lower is kept; `is_conflicting` tells the gate, which holds.
with quotes as (
    select * from {{ ref('stg_quote_observed') }} where not is_partial
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where is_complete
),

stated as (
    select
        quotes.*,
        fetches."offset" as completed_offset
    from quotes
    inner join fetches on quotes.fetch_id = fetches.fetch_id
    where {{ is_let_in(['int_quotes_selected'], 'quotes.session_date', 'quotes.fetch_id', ['quotes.symbol']) }}
),

newest as (
    select *
    from stated
    qualify
        (observed_at, source_id, completed_offset, fetch_id)
        = max((observed_at, source_id, completed_offset, fetch_id)) over (partition by symbol, session_date)
),

final as (
    select
        *,
        min(row(close_price, currency)) over one_key < max(row(close_price, currency)) over one_key as is_conflicting
    from newest
    window one_key as (partition by symbol, session_date)
    qualify
        row_number() over (partition by symbol, session_date order by close_price asc, currency asc, event_id asc) = 1
)

select * from final
