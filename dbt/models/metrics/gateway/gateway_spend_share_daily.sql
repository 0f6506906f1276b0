-- Decision: what has no price is left out of both sides; unpriced_tokens says how much that is.
-- Decision: a day on which nothing was spent has no row, for there is nothing to divide.
with vendors as (
    select
        usage_date,
        vendor_id,
        sum(cost) as cost,
        sum(unpriced_tokens) as unpriced_tokens,
        bool_or(is_estimated) as is_estimated
    from {{ ref('int_requests_shares') }}
    group by usage_date, vendor_id
),

totals as (
    select
        *,
        sum(cost) over (partition by usage_date) as whole
    from vendors
),

final as (
    select
        usage_date,
        vendor_id,
        cost / 1000000000000000000 as spend_usd,
        cost / whole as vendor_share,
        is_estimated,
        cast(unpriced_tokens as bigint) as unpriced_tokens
    from totals
    where whole > 0
)

select * from final
