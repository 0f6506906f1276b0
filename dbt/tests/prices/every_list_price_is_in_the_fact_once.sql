-- Every list price is one row of the fact: base tier, all day, of the source that it names.
with prices as (
    select * from {{ ref('list_price_daily') }}
),

facts as (
    select * from {{ ref('fct_prices_daily') }}
    where tier_min_tokens = 0 and time_window = 'all day'
),

final as (
    select
        prices.price_date,
        prices.model_id,
        count(facts.model_id) as facts_count
    from prices
    left join facts
        on
            prices.price_date = facts.price_date
            and prices.model_id = facts.model_id
            and prices.source_id = facts.source_id
            and prices.is_discounted = facts.is_discounted
            and prices.input_usd_per_million is not distinct from facts.input_usd_per_million
            and prices.output_usd_per_million is not distinct from facts.output_usd_per_million
    group by prices.price_date, prices.model_id
    having facts_count <> 1
)

select * from final
