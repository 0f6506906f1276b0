-- Tokens of complete weeks by models without any list price by the week's Sunday, be it the catalogue's or the book's.
-- Decision: `:free`, `other` and stealth models need no price of a map.
with usage as (
    select week_start_date, model_id, sum(tokens) as tokens
    from {{ ref('int_usage_weekly') }}
    where not is_other and variant <> 'free' and (is_unmapped or vendor_id <> 'unknown')
    group by week_start_date, model_id
),

prices as (
    select model_id, min(price_date) as first_date
    from {{ ref('int_price_daily') }}
    group by model_id
),

final as (
    select usage.week_start_date, usage.model_id, usage.tokens
    from usage
    left join prices on usage.model_id = prices.model_id and prices.first_date <= usage.week_start_date + 6
    where prices.model_id is null
)

select * from final
