-- Every number that market values give for what a claim may be about, session by session.
-- Decision: a change over a year is told where there was a value a year before, and of a session where there was one
-- before; both are of the value, so that a split moves neither.
with caps as (
    select * from {{ ref('market_cap_daily') }}
),

shocks as (
    select * from {{ ref('session_shock_daily') }}
),

told as (
    select 'market_cap' as about, company_id as entity, 'close' as method, session_date, market_cap_usd as value
    from caps
    union all
    select 'market_cap_change', company_id, 'close', session_date, change_year_share
    from caps
    where change_year_share is not null
    union all
    select about, entity, 'close', session_date, cast(place as double) from {{ ref('int_claims_ranks_markets') }}
    union all
    select 'session_change', company_id, 'close', session_date, change_share from shocks
    union all
    select 'session_change_usd', company_id, 'close', session_date, change_usd from shocks
    union all
    select 'pureplay_value', company_id, 'newest', value_date, value_usd from {{ ref('pureplay_value_daily') }}
    union all
    select 'platform_value', company_id, 'newest', value_date, value_usd from {{ ref('platform_value_daily') }}
),

final as (
    select about, entity, method, 1 as preference, 'day' as span_name, session_date as end_date, value
    from told
)

select * from final
