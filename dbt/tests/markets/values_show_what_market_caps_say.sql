-- A listed company is worth what its market value says, on every day on which it was traded.
with values_shown as (
    select value_date, company_id, value_usd from {{ ref('pureplay_value_daily') }} where basis = 'listed'
    union all
    select value_date, company_id, value_usd from {{ ref('platform_value_daily') }} where basis = 'listed'
),

caps as (
    select session_date, company_id, market_cap_usd from {{ ref('market_cap_daily') }}
),

final as (
    select values_shown.value_date, values_shown.company_id, values_shown.value_usd, caps.market_cap_usd
    from values_shown
    inner join caps on values_shown.value_date = caps.session_date and values_shown.company_id = caps.company_id
    where values_shown.value_usd <> caps.market_cap_usd
)

select * from final
