-- Where catalogue and price book disagree by more than one percent: one row per model, with the days between which they
-- do and both prices on the last of them.
-- Decision: such disagreements are listed and do not hold. They are real: the catalogue shows the top provider, a book
-- the maker, and either may be days late. What no seller explains, tenfold and more, holds as evidence `twin_ratio`.
with twinned as (
    select * from {{ ref('int_price_twinned') }}
    where off_ratio > 1.01 or is_free_in_one
),

final as (
    select
        model_id,
        book_provider,
        min(price_date) as first_date,
        max(price_date) as last_date,
        count(*) as days_count,
        cast(arg_max(catalogue_input, price_date) as double) as catalogue_input_usd_per_million,
        cast(arg_max(book_input, price_date) as double) as book_input_usd_per_million,
        cast(arg_max(catalogue_output, price_date) as double) as catalogue_output_usd_per_million,
        cast(arg_max(book_output, price_date) as double) as book_output_usd_per_million
    from twinned
    group by model_id, book_provider
)

select * from final
