-- What each complete fetch of the price book says of the models we know, an entry per price, and which fetch is the
-- newest: that one speaks for all days, since a book restates its history whole.
-- Decision: a name is known by the seed, or where it is a slug whose author is the provider itself. What a reseller
-- charges is not the list price of a model, and a name nobody mapped is listed, never guessed.
-- Decision: a price without beginning is believed from the model's first day on, and from 2025 on at the earliest,
-- where our calendar begins.
with fetches as (
    select
        *,
        row_number() over (order by observed_at desc, "offset" desc, fetch_id desc) = 1 as is_newest
    from {{ ref('int_fetches_verified') }}
    where source_id = 'genai_prices' and is_complete
),

prices as (
    select
        *,
        if(split_part(model_id, '/', 1) = provider and contains(model_id, '/'), model_id, null) as own_slug
    from {{ ref('stg_price_listed') }}
    where source_id = 'genai_prices'
),

mapped as (
    select * from {{ ref('price_book_models') }}
),

final as (
    select
        prices.source_id,
        prices.fetch_id,
        prices.observed_at,
        prices.event_id,
        fetches.observed_date as read_date,
        fetches.is_newest,
        prices.provider,
        prices.model_id as book_model,
        coalesce(mapped.model_id, prices.own_slug) as model_id,
        greatest(date '2025-01-01', prices.valid_from, mapped.listed_from) as start_date,
        least(fetches.observed_date, coalesce(prices.valid_to, date '9999-12-31') - 1) as last_date,
        prices.valid_from,
        prices.tier_min_tokens,
        prices.utc_start,
        prices.utc_end,
        1000000 * cast(prices.input_usd_per_token as decimal(30, 18)) as input_usd_per_million,
        1000000 * cast(prices.output_usd_per_token as decimal(30, 18)) as output_usd_per_million,
        prices.is_discounted,
        prices.topic,
        prices."partition",
        prices."offset"
    from prices
    inner join fetches on prices.fetch_id = fetches.fetch_id
    left join mapped on prices.provider = mapped.provider and prices.model_id = mapped.book_model
    where coalesce(mapped.model_id, prices.own_slug) is not null
)

select * from final
