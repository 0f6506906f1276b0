-- The price book day by day, up to the day it was read: of each model, tier and time-of-day window the price that began
-- last. A price that begins in the future is no price yet.
-- Decision: of two prices that begin together and contradict each other the dearer is kept, and `is_conflicting` tells
-- the gate, which holds.
with entries as (
    select * from {{ ref('int_price_book_entries') }}
    where is_newest
),

days as (
    select
        *,
        cast(unnest(generate_series(start_date, last_date, interval 1 day)) as date) as price_date
    from entries
    where start_date <= last_date
),

newest as (
    select *
    from days
    where
        {{ is_let_in(['int_price_book_daily', 'int_price_daily'], 'days.price_date', 'days.fetch_id',
            ['days.model_id']) }}
    qualify
        coalesce(valid_from, date '0001-01-01') = max(coalesce(valid_from, date '0001-01-01')) over (
            partition by price_date, model_id, tier_min_tokens, utc_start, utc_end
        )
),

final as (
    select
        price_date,
        model_id,
        tier_min_tokens,
        utc_start,
        utc_end,
        provider,
        input_usd_per_million,
        output_usd_per_million,
        is_discounted,
        source_id,
        fetch_id,
        topic,
        "partition",
        "offset",
        count(distinct row(coalesce(input_usd_per_million, -1), coalesce(output_usd_per_million, -1))) over (
            partition by price_date, model_id, tier_min_tokens, utc_start, utc_end
        ) > 1 as is_conflicting
    from newest
    qualify row_number() over (
        partition by price_date, model_id, tier_min_tokens, utc_start, utc_end
        order by input_usd_per_million desc nulls last, output_usd_per_million desc nulls last, event_id asc
    ) = 1
)

select * from final
