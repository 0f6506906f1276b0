-- Decision: the blend is three parts input to one part output, as commonly quoted; one unknown part leaves it unknown.
-- Decision: 0 is free and null is unknown or variable; neither is ever turned into the other.
-- Decision: the day's newest answer speaks for the day, the running one included: it is a list, not a sum.
with prices as (
    select * from {{ ref('int_price_daily') }}
),

final as (
    select
        price_date,
        model_id,
        source_id,
        cast(input_usd_per_million as double) as input_usd_per_million,
        cast(output_usd_per_million as double) as output_usd_per_million,
        cast(3 * input_usd_per_million + output_usd_per_million as double) / 4 as blended_usd_per_million,
        is_discounted
    from prices
)

select * from final
