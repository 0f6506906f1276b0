-- One list price per model and UTC day: base tier, at no particular time of day.
-- Decision: where the catalogue showed a model that day its price stands; for days nobody looked at the catalogue the
-- price book's dated price does. The two are never mixed within one model and day.
with catalogue as (
    select * from {{ ref('int_price_selected') }}
),

book as (
    select * from {{ ref('int_price_book_daily') }}
    where tier_min_tokens = 0 and utc_start is null and utc_end is null
),

final as (
    select
        price_date,
        model_id,
        source_id,
        fetch_id,
        is_discounted,
        is_conflicting,
        input_usd_per_million,
        output_usd_per_million
    from catalogue
    union all by name
    select
        book.price_date,
        book.model_id,
        book.source_id,
        book.fetch_id,
        book.is_discounted,
        book.is_conflicting,
        book.input_usd_per_million,
        book.output_usd_per_million
    from book
    left join catalogue on book.price_date = catalogue.price_date and book.model_id = catalogue.model_id
    where catalogue.model_id is null
)

select * from final
