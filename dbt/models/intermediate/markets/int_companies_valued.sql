-- What each pure-play and platform company is worth on each session day, in cents, and on what basis.
-- Decision: a market value goes before any disclosure, one from before a holiday too; basis_date tells.
-- Decision: a market value more than six days old, the limit of freshness, is stale: no market closes that long, so the
-- line is halted, delisted or no longer fed. It is shown, marked, and somebody is alerted.
-- Decision: a company without either has no row that day; absent is not worthless.
with days as (
    select distinct session_date as value_date from {{ ref('int_market_caps') }}
),

companies as (
    select company_id, is_pureplay, is_platform
    from {{ ref('companies') }}
    where is_pureplay or is_platform
),

asked as (
    select
        days.value_date,
        companies.company_id,
        companies.is_pureplay,
        companies.is_platform
    from days
    cross join companies
),

listed as (
    select
        asked.*,
        caps.session_date,
        caps.market_cap_cents
    from asked
    asof left join {{ ref('int_market_caps') }} as caps
        on asked.company_id = caps.company_id and asked.value_date >= caps.session_date
),

valued as (
    select
        listed.*,
        disclosed.fact_date,
        disclosed.value_cents as disclosed_cents
    from listed
    asof left join {{ ref('int_valuations_disclosed') }} as disclosed
        on listed.company_id = disclosed.company_id and listed.value_date >= disclosed.fact_date
),

final as (
    select
        value_date,
        company_id,
        is_pureplay,
        is_platform,
        coalesce(market_cap_cents, disclosed_cents) as value_cents,
        if(market_cap_cents is null, 'disclosed', 'listed') as basis,
        if(market_cap_cents is null, fact_date, session_date) as basis_date,
        coalesce(value_date - session_date > 6, false) as is_stale
    from valued
    where coalesce(market_cap_cents, disclosed_cents) is not null
)

select * from final
