-- Decision: the change of the market value, not of the price: a split moves both price and count, and is no shock.
-- Decision: from session to session of the line itself, however many days apart; a first session has no change.
-- Decision: the worst is the largest loss in USD of any tracked company up to the session; a gain is never the worst.
with changes as (
    select
        session_date,
        company_id,
        market_cap_cents - cents_before as change_cents,
        (market_cap_cents - cents_before) / nullif(cents_before, 0) as change_share
    from {{ ref('int_market_caps') }}
    where cents_before is not null
),

ranked as (
    select
        *,
        row_number() over (partition by session_date order by change_cents asc, company_id asc) as day_rank,
        min(change_cents) over (
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
        day_rank = 1 and change_cents < least(coalesce(worst_before_cents, 0), 0) as is_worst_to_date
    from ranked
)

select * from final
