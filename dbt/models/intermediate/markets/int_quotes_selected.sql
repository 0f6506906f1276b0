-- The close of each listed line in each session, as the fetch that speaks for it states it.
-- Decision: where two sources have a close, the one read last speaks; one that a source takes back the other may keep.
-- Decision: closes are as traded. One that was adjusted later would not fit the share count of its day.
-- Decision: of two closes for one key in one fetch the lower is kept; `is_conflicting` tells the gate, which holds.
with quotes as (
    select * from {{ ref('stg_quote_observed') }} where not is_partial
),

stated as (
    select quotes.*, spoken.completed_offset
    from quotes
    inner join {{ ref('int_closes_stated') }} as spoken
        on
            quotes.fetch_id = spoken.fetch_id
            and quotes.session_date = spoken.session_date
            and quotes.symbol = spoken.symbol
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
