-- Decision: a year ago is 365 days before, or the last session before that, at most a week; else there is no change.
-- Decision: the change is of the value in USD, so it holds new shares and the currency, as what is owned does.
with caps as (
    select * from {{ ref('int_market_caps') }}
),

compared as (
    select
        caps.*,
        earlier.market_cap_cents as cents_year_ago,
        earlier.session_date as session_year_ago_date
    from caps
    asof left join caps as earlier
        on caps.company_id = earlier.company_id and caps.session_date - 365 >= earlier.session_date
),

final as (
    select
        session_date,
        company_id,
        market_cap_cents / cast(100 as double) as market_cap_usd,
        cast(close_price as double) as close,
        currency,
        shares_issued,
        fx_date,
        if(
            session_date - 365 - session_year_ago_date <= 7,
            (market_cap_cents - cents_year_ago) / nullif(cents_year_ago, 0),
            null
        ) as change_year_share
    from compared
)

select * from final
