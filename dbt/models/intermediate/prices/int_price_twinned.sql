-- Catalogue and price book side by side, where both price a model on a day: base tier, at no particular time of day.
-- Decision: `off_ratio` is how many times the dearer is the cheaper, on the side that is off most. 0 against a price
-- has no ratio. 0 in the catalogue may be a real promotion, or a price that was lost: `is_zero_below_book` asks which.
with catalogue as (
    select * from {{ ref('int_price_selected') }}
),

book as (
    select * from {{ ref('int_price_book_daily') }}
    where tier_min_tokens = 0 and utc_start is null and utc_end is null
),

paired as (
    select
        catalogue.price_date,
        catalogue.model_id,
        catalogue.is_discounted,
        catalogue.input_usd_per_million as catalogue_input,
        catalogue.output_usd_per_million as catalogue_output,
        book.provider as book_provider,
        book.input_usd_per_million as book_input,
        book.output_usd_per_million as book_output
    from catalogue
    inner join book on catalogue.price_date = book.price_date and catalogue.model_id = book.model_id
),

final as (
    select
        *,
        greatest(
            cast(greatest(catalogue_input, book_input) as double)
            / nullif(cast(least(catalogue_input, book_input) as double), 0),
            cast(greatest(catalogue_output, book_output) as double)
            / nullif(cast(least(catalogue_output, book_output) as double), 0)
        ) as off_ratio,
        coalesce((catalogue_input = 0) <> (book_input = 0), false)
        or coalesce((catalogue_output = 0) <> (book_output = 0), false) as is_free_in_one,
        not ends_with(model_id, ':free') and (
            coalesce(catalogue_input = 0 and book_input > 0, false)
            or coalesce(catalogue_output = 0 and book_output > 0, false)
        ) as is_zero_below_book
    from paired
    where
        (catalogue_input is not null and book_input is not null)
        or (catalogue_output is not null and book_output is not null)
)

select * from final
