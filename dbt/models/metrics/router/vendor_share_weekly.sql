-- Decision: `unknown` is a row like any vendor, so that rows add up: `other`, stealth models, vendors nobody mapped.
-- Decision: stealth models are unknown here even once attributed: the router did not show that name to anybody.
-- Decision: named_share leaves `other` out on both sides; upper_share gives the vendor everything that is unknown.
-- Decision: days_observed counts days with a model among the fifty; a day without one is unknown, not zero tokens.
with vendors as (
    select
        week_start_date,
        vendor_id,
        sum(tokens) as tokens,
        coalesce(sum(tokens) filter (where not is_other), 0) as named_tokens,
        count(distinct usage_date) filter (where not is_other) as days_observed
    from {{ ref('int_usage_weekly') }}
    group by week_start_date, vendor_id
),

totals as (
    select
        *,
        sum(tokens) over whole as all_tokens,
        sum(named_tokens) over whole as all_named_tokens,
        coalesce(sum(tokens) filter (where vendor_id = 'unknown') over whole, 0) as unknown_tokens
    from vendors
    window whole as (partition by week_start_date)
),

final as (
    select
        vendor_id,
        cast(tokens as bigint) as tokens,
        tokens / nullif(all_tokens, 0) as vendor_share,
        named_tokens / nullif(all_named_tokens, 0) as named_share,
        days_observed,
        if(vendor_id = 'unknown', tokens, tokens + unknown_tokens) / nullif(all_tokens, 0) as upper_share,
        week_start_date
    from totals
)

select * from final
