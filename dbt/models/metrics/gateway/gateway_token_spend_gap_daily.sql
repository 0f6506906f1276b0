-- Token share against spend share; days with both.
with tokens as (
    select * from {{ ref('gateway_token_share_daily') }}
),

spend as (
    select * from {{ ref('gateway_spend_share_daily') }}
),

final as (
    select
        tokens.usage_date,
        tokens.vendor_id,
        tokens.vendor_share as token_share,
        spend.vendor_share as spend_share,
        tokens.vendor_share - spend.vendor_share as gap_share,
        tokens.vendor_share / nullif(spend.vendor_share, 0) as gap_ratio
    from tokens
    inner join spend on tokens.usage_date = spend.usage_date and tokens.vendor_id = spend.vendor_id
)

select * from final
