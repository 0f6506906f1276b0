-- Decision: the reference is the denominator, so 0.1 is a tenth of its price. A reference that is free, unknown, or not
-- listed that day gives null, never infinity; a model's ratio to itself is 1.
-- Decision: a reference counts from its first day on, at its own price of each day: a ratio moves when either does.
with prices as (
    select
        price_date,
        model_id,
        input_usd_per_million,
        output_usd_per_million,
        3 * input_usd_per_million + output_usd_per_million as blended_usd_per_million
    from {{ ref('int_price_daily') }}
),

reference_models as (
    select * from {{ ref('reference_models') }}
),

final as (
    select
        prices.price_date,
        prices.model_id,
        reference_models.model_id as reference_model_id,
        cast(prices.input_usd_per_million as double)
        / nullif(cast(reference_prices.input_usd_per_million as double), 0) as input_ratio,
        cast(prices.output_usd_per_million as double)
        / nullif(cast(reference_prices.output_usd_per_million as double), 0) as output_ratio,
        cast(prices.blended_usd_per_million as double)
        / nullif(cast(reference_prices.blended_usd_per_million as double), 0) as blended_ratio
    from prices
    inner join reference_models on prices.price_date >= reference_models.listed_from
    left join prices as reference_prices
        on
            reference_models.model_id = reference_prices.model_id
            and prices.price_date = reference_prices.price_date
)

select * from final
