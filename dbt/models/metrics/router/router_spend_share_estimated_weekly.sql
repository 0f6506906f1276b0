-- Decision: bounds, no point: the router tells no split of prompt and completion. Lowest: the vendor at its own
-- cheapest bill while all others are at their dearest; highest: the other way round. No split leads outside.
-- Decision: over what has a price (int_spend_priced); a vendor without a priced token has no row, and a week whose
-- every bill is 0 has none, for there is nothing to divide. priced_tokens_share tells how much of a vendor is covered.
-- Decision: list prices, so no discount, cache or contract; the catalogue's price is the top provider's.
with vendors as (
    select
        week_start_date,
        vendor_id,
        sum(tokens) as tokens,
        coalesce(sum(tokens) filter (where is_priced), 0) as priced_tokens,
        coalesce(sum(lowest_bill) filter (where is_priced), 0) as lowest_bill,
        coalesce(sum(highest_bill) filter (where is_priced), 0) as highest_bill
    from {{ ref('int_spend_priced') }}
    group by week_start_date, vendor_id
),

totals as (
    select
        *,
        sum(lowest_bill) over whole - lowest_bill as others_lowest,
        sum(highest_bill) over whole - highest_bill as others_highest,
        sum(highest_bill) over whole as whole_highest
    from vendors
    window whole as (partition by week_start_date)
),

final as (
    select
        week_start_date,
        vendor_id,
        coalesce(lowest_bill / nullif(lowest_bill + others_highest, 0), 0) as lower_share,
        coalesce(highest_bill / nullif(highest_bill + others_lowest, 0), 0) as upper_share,
        lowest_bill / 1000000000000000000 as spend_low_usd,
        highest_bill / 1000000000000000000 as spend_high_usd,
        lowest_bill / nullif(priced_tokens * 1000000000000, 0) as lowest_usd_per_million,
        highest_bill / nullif(priced_tokens * 1000000000000, 0) as highest_usd_per_million,
        cast(priced_tokens as bigint) as priced_tokens,
        priced_tokens / nullif(tokens, 0) as priced_tokens_share
    from totals
    where priced_tokens > 0 and whole_highest > 0
)

select * from final
