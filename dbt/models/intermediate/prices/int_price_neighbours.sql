-- Each model's price of a day beside its neighbours, a row per check that finds a difference: `zero_price`, 0 where the
-- price book says more; `batch_ratio`, how far it lies from the middle price of that day's models; `model_moved`, how
-- far from the middle of the model's own prices on up to thirty days before. The side that is off most counts.
-- Decision: `:free` is sold at 0 on purpose; a book has no such variant.
-- Decision: a price a thousand times the middle one is worth a row; dearest and cheapest real models lie within that.
with priced as (
    select
        price_date,
        model_id,
        nullif(cast(input_usd_per_million as double), 0) as given,
        nullif(cast(output_usd_per_million as double), 0) as taken
    from {{ ref('int_price_daily') }}
),

middles as (
    select price_date, median(given) as middle_given, median(taken) as middle_taken
    from priced
    group by price_date
    having count(coalesce(given, taken)) >= 3
),

compared as (
    select
        priced.price_date,
        priced.model_id,
        greatest(priced.given, middles.middle_given) / least(priced.given, middles.middle_given) as given_off,
        greatest(priced.taken, middles.middle_taken) / least(priced.taken, middles.middle_taken) as taken_off,
        priced.given / median(priced.given) over days_before as given_moved,
        priced.taken / median(priced.taken) over days_before as taken_moved
    from priced
    left join middles on priced.price_date = middles.price_date
    window days_before as (
        partition by priced.model_id order by priced.price_date asc rows between 30 preceding and 1 preceding
    )
),

found as (
    select
        price_date,
        model_id,
        greatest(given_off, taken_off) as batch_ratio,
        greatest(given_moved, 1 / given_moved, taken_moved, 1 / taken_moved) as model_moved
    from compared
),

final as (
    select 'zero_price' as check_name, price_date, model_id, cast(is_zero_below_book as double) as observed
    from {{ ref('int_price_twinned') }}
    union all
    select 'batch_ratio', price_date, model_id, batch_ratio from found where batch_ratio >= 1000
    union all
    select 'model_moved', price_date, model_id, model_moved from found where model_moved > 1
)

select * from final
