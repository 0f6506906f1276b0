-- Tokens and cost of each vendor in each hour, of requests that count; the day's shares are made of the same numbers.
with final as (
    select
        usage_date,
        usage_hour,
        vendor_id,
        sum(tokens) as tokens,
        coalesce(sum(cost), 0) as cost,
        coalesce(sum(tokens) filter (where cost is null), 0) as unpriced_tokens,
        bool_or(is_estimated) as is_estimated
    from {{ ref('int_requests_counted') }}
    where is_counted and status = 'success' and tokens > 0
    group by usage_date, usage_hour, vendor_id
)

select * from final
