-- Names in the newest price book that nobody mapped to a model: what to add to the seed `price_book_models` next, and
-- the names of resellers, whose prices are no list prices.
with newest as (
    select fetch_id
    from {{ ref('int_fetches_verified') }}
    where source_id = 'genai_prices' and is_complete
    qualify row_number() over (order by observed_at desc, "offset" desc, fetch_id desc) = 1
),

known as (
    select distinct provider, book_model from {{ ref('int_price_book_entries') }}
),

final as (
    select
        prices.provider,
        prices.model_id as book_model,
        cast(count(*) as bigint) as entries_count
    from {{ ref('stg_price_listed') }} as prices
    inner join newest on prices.fetch_id = newest.fetch_id
    left join known on prices.provider = known.provider and prices.model_id = known.book_model
    where known.book_model is null
    group by prices.provider, prices.model_id
)

select * from final
