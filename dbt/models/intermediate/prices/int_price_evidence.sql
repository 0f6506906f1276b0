-- What the gates judge about list prices, one row per check and key.
-- Decision: `priced_share` is of the models that sell tokens: pictures, speech and video have no price per token.
with others as (
    select distinct fetch_id, model_id
    from {{ ref('stg_catalog_model_observed') }}
    where not list_has_any(output_modalities, ['text', 'embeddings'])
),

days as (
    select
        cast(prices.price_date as varchar) as day_key,
        count(*) as models_count,
        count(*) filter (where others.model_id is null) as sold_count,
        count(prices.input_usd_per_million + prices.output_usd_per_million) as priced_count
    from {{ ref('int_price_daily') }} as prices
    left join others
        on prices.fetch_id = others.fetch_id and split_part(prices.model_id, ':', 1) = others.model_id
    group by prices.price_date
),

conflicts as (
    select cast(price_date as varchar) as key, count(*) filter (where is_conflicting) as keys_count
    from {{ ref('int_price_selected') }}
    group by price_date
    union all
    select 'price book, ' || model_id, count(*) filter (where is_conflicting)
    from {{ ref('int_price_book_daily') }}
    group by model_id
),

twins as (
    select * from {{ ref('int_price_twinned') }}
    where off_ratio is not null
),

shifts as (
    select * from {{ ref('int_catalogue_moved') }}
),

moves as (
    select * from {{ ref('int_price_book_moved') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }}
    where source_id in ('openrouter_models', 'genai_prices')
),

final as (
    select 'listed_models' as check_name, day_key as key, cast(models_count as double) as observed from days
    union all
    select 'priced_share', day_key, priced_count / sold_count from days where sold_count > 0
    union all
    select 'conflicting_keys', key, keys_count from conflicts
    union all
    select 'twin_ratio', cast(price_date as varchar) || ' ' || model_id, off_ratio from twins
    union all
    select check_name, cast(price_date as varchar) || ' ' || model_id, observed from {{ ref('int_price_neighbours') }}
    union all
    select 'book_moved', model_id, moved_ratio from moves where moved_ratio is not null
    union all
    select 'book_disappeared', model_id, cast(is_shorter as integer) from moves
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
    union all
    select 'catalogue_moved', cast(price_date as varchar), moved_ratio from shifts
)

select * from final
