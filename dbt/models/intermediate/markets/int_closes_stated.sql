-- Each line and session that a source ever gave a close of, and the fetch that speaks for it now.
-- Decision: a fetch states its days whole, so a close that the newest one leaves out has been taken back.
-- Decision: a bar of a session still running is never a close, and never stands in for one.
with closes as (
    select * from {{ ref('stg_quote_observed') }} where not is_partial
),

final as (
    {{ keys_stated('int_closes_stated', 'closes', 'session_date', 'symbol') }}
)

select * from final
