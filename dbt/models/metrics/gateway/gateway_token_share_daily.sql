-- Decision: `unknown` is a row like any vendor, so that rows add up.
with vendors as (
    select usage_date, vendor_id, sum(tokens) as tokens
    from {{ ref('int_requests_shares') }}
    group by usage_date, vendor_id
),

final as (
    select
        usage_date,
        vendor_id,
        cast(tokens as bigint) as tokens,
        tokens / sum(tokens) over (partition by usage_date) as vendor_share
    from vendors
)

select * from final
