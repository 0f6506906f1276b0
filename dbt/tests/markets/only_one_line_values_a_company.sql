-- Two lines of one company are one company: a session has one market value for it, from the line it is valued by.
with values_shown as (
    select company_id, session_date, market_cap_usd from {{ ref('market_cap_daily') }}
),

mapped as (
    select company_id, count(distinct symbol) as symbols_count
    from {{ ref('int_market_caps') }}
    group by company_id
),

final as (
    select company_id, 'more than one line' as problem from mapped where symbols_count > 1
    union all
    select company_id, 'more than one value' as problem
    from values_shown
    group by company_id, session_date
    having count(*) > 1
)

select * from final
