-- Every price the catalogue shows on a UTC day, tiers and time-of-day windows included, as that day's newest complete
-- fetch states it.
-- Decision: money stays decimal to the end. Negative is the catalogue's word for variable and means unknown.
with prices as (
    select
        *,
        1000000 * try_cast(input_usd_per_token as decimal(30, 18)) as input_usd_per_million,
        1000000 * try_cast(output_usd_per_token as decimal(30, 18)) as output_usd_per_million
    from {{ ref('stg_price_listed') }}
    where source_id = 'openrouter_models' and provider = 'openrouter'
),

fetches as (
    select * from {{ ref('int_fetches_verified') }}
),

stated as (
    select
        fetches.observed_date as price_date,
        fetches."offset" as completed_offset,
        prices.source_id,
        prices.fetch_id,
        prices.observed_at,
        prices.event_id,
        prices.model_id,
        prices.provider,
        prices.tier_min_tokens,
        prices.utc_start,
        prices.utc_end,
        if(prices.input_usd_per_million >= 0, prices.input_usd_per_million, null) as input_usd_per_million,
        if(prices.output_usd_per_million >= 0, prices.output_usd_per_million, null) as output_usd_per_million,
        prices.is_discounted,
        prices.topic,
        prices."partition",
        prices."offset"
    from prices
    inner join fetches on prices.fetch_id = fetches.fetch_id
    where
        fetches.is_complete
        and fetches.observed_date >= coalesce(prices.valid_from, fetches.observed_date)
        and (prices.valid_to is null or fetches.observed_date < prices.valid_to)
        and {{ is_let_in(['int_price_selected', 'int_price_daily'], 'fetches.observed_date', 'fetches.fetch_id',
            ['prices.model_id']) }}
),

final as (
    select *
    from stated
    qualify
        (observed_at, completed_offset, fetch_id)
        = max((observed_at, completed_offset, fetch_id)) over (partition by price_date)
)

select * from final
