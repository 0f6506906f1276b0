-- The daily shares by the hour; spend_share is null in an hour in which nothing was spent.
with hours as (
    select
        *,
        sum(tokens) over whole as all_tokens,
        sum(cost) over whole as whole_cost
    from {{ ref('int_requests_shares') }}
    window whole as (partition by usage_hour)
),

final as (
    select
        usage_date,
        usage_hour,
        vendor_id,
        cast(tokens as bigint) as tokens,
        tokens / all_tokens as token_share,
        cost / 1000000000000000000 as spend_usd,
        if(whole_cost = 0, null, cost / whole_cost) as spend_share,
        is_estimated
    from hours
)

select * from final
