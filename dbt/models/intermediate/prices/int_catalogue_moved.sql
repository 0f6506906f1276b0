-- How many times the middle model's price in the catalogue is what it was on the day before that has one, or the other
-- way round: a row per day on which at least three models can be compared.
with prices as (
    select
        price_date,
        model_id,
        cast(input_usd_per_million as double) as price,
        lag(cast(input_usd_per_million as double)) over (partition by model_id order by price_date asc) as price_before
    from {{ ref('int_price_selected') }}
),

compared as (
    select
        price_date,
        greatest(price, price_before) / nullif(least(price, price_before), 0) as moved_ratio
    from prices
),

final as (
    select price_date, median(moved_ratio) as moved_ratio
    from compared
    where moved_ratio is not null
    group by price_date
    having count(*) >= 3
)

select * from final
