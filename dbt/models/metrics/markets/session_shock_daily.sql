-- Decision: the change of the market value, not of the price: a split moves both price and count, and is no shock.
-- Decision: from one session with a value to the next; a first session has no change. `is_one_session` says whether one
-- of the market was missed in between, or the line is another: such a change is no session's, and never the worst.
-- Decision: the worst is the largest loss in USD of any tracked company up to the session; a gain is never the worst.
with changes as (
    select
        session_date,
        company_id,
        is_one_session,
        market_cap_cents - cents_before as change_cents,
        (market_cap_cents - cents_before) / nullif(cents_before, 0) as change_share
    from {{ ref('int_session_moves') }}
),

ranked as (
    select
        *,
        row_number() over (partition by session_date, is_one_session order by change_cents asc, company_id asc)
            as day_rank,
        min(if(is_one_session, change_cents, null)) over (
            order by session_date asc range between unbounded preceding and interval 1 day preceding
        ) as worst_before_cents
    from changes
),

final as (
    select
        session_date,
        company_id,
        change_share,
        change_cents / cast(100 as double) as change_usd,
        is_one_session,
        is_one_session and day_rank = 1 and change_cents < least(coalesce(worst_before_cents, 0), 0)
            as is_worst_to_date
    from ranked
)

select * from final
