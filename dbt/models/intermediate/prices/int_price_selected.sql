-- The base-tier list price of each model on each UTC day, as the newest complete fetch of that day states it.
-- Decision: money stays decimal to the end. Negative is the catalogue's word for variable and means unknown.
-- Decision: the list price goes before the discounted one; of two prices that contradict each other the dearer is kept,
-- and `is_conflicting` tells the gate, which holds.
with prices as (
    select
        *,
        1000000 * try_cast(input_usd_per_token as decimal(30, 18)) as input_usd_per_million,
        1000000 * try_cast(output_usd_per_token as decimal(30, 18)) as output_usd_per_million
    from {{ ref('stg_price_listed') }}
    where provider = 'openrouter' and tier_min_tokens = 0 and utc_start is null and utc_end is null
),

fetches as (
    select * from {{ ref('int_fetches_verified') }}
),

stated as (
    select
        fetches.observed_date as price_date,
        fetches."offset" as promised_offset,
        prices.fetch_id,
        prices.observed_at,
        prices.event_id,
        prices.model_id,
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
),

newest as (
    select *
    from stated
    qualify
        (observed_at, promised_offset, fetch_id)
        = max((observed_at, promised_offset, fetch_id)) over (partition by price_date)
),

final as (
    select
        *,
        count(distinct row(coalesce(input_usd_per_million, -1), coalesce(output_usd_per_million, -1))) over (
            partition by price_date, model_id, is_discounted
        ) > 1 as is_conflicting
    from newest
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
