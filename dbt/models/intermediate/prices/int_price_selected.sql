-- The base-tier list price of each model on each UTC day, as the catalogue's newest complete fetch states it.
-- Decision: the list price goes before the discounted one; of two prices that contradict each other the dearer is kept,
-- and `is_conflicting` tells the gate, which holds.
with stated as (
    select * from {{ ref('int_price_stated') }}
    where tier_min_tokens = 0 and utc_start is null and utc_end is null
),

final as (
    select
        *,
        count(distinct row(coalesce(input_usd_per_million, -1), coalesce(output_usd_per_million, -1))) over (
            partition by price_date, model_id, is_discounted
        ) > 1 as is_conflicting
    from stated
    qualify row_number() over (
        partition by price_date, model_id
        order by
            is_discounted asc,
            input_usd_per_million desc nulls last,
            output_usd_per_million desc nulls last,
            event_id asc
    ) = 1
)

select * from final
