-- What the gates judge about a gateway's requests, one row per check and key; a check that has nothing to say has none.
with requests as (
    select * from {{ ref('int_requests_counted') }} where is_counted and status = 'success' and tokens > 0
),

vendors as (
    select usage_date, vendor_id, sum(reported_cost) / (sum(tokens) * 1000000000000) as usd_per_million
    from requests
    where reported_cost is not null
    group by usage_date, vendor_id
),

days as (
    select
        usage_date,
        sum(tokens) as tokens,
        sum(tokens) filter (where vendor_id = 'unknown') as unmapped_tokens,
        sum(tokens) filter (where cost is null) as unpriced_tokens,
        max(usage_date) over () - usage_date < 7 as is_new
    from requests
    group by usage_date
),

final as (
    select 'vendor_price' as check_name, cast(usage_date as varchar) as key, max(usd_per_million) as observed
    from vendors
    group by usage_date
    union all
    select 'unmapped_share', cast(usage_date as varchar), coalesce(unmapped_tokens, 0) / tokens from days where is_new
    union all
    select 'unpriced_share', cast(usage_date as varchar), coalesce(unpriced_tokens, 0) / tokens from days where is_new
)

select * from final
