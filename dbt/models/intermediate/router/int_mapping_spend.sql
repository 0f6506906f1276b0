-- Models without a list price in weeks of their use, by those tokens, each with the name in the price book to propose.
-- Decision: a book name is proposed where its words are those of the model, whatever their order, without dates, and
-- where its provider is the author or is mapped to models of that author: a reseller's price is no list price.
with unpriced as (
    select * from {{ ref('int_usage_unpriced') }}
),

totals as (
    select sum(tokens) as tokens from {{ ref('int_usage_weekly') }}
),

summed as (
    select model_id, sum(tokens) as mass, min(week_start_date) as first_seen
    from unpriced
    group by model_id
),

book as (
    select provider, book_model, {{ words_of('book_model') }} as words from {{ ref('int_price_unmapped') }}
),

sellers as (
    select distinct provider, split_part(model_id, '/', 1) as author from {{ ref('price_book_models') }}
    union
    select distinct provider, provider as author from book
),

proposed as (
    select
        summed.model_id,
        first(
            json_object('provider', book.provider, 'book_model', book.book_model)
            order by book.provider, length(book.book_model), book.book_model
        ) as proposal
    from summed
    inner join sellers on {{ plain_name("split_part(summed.model_id, '/', 1)") }} = {{ plain_name('sellers.author') }}
    inner join book
        on sellers.provider = book.provider and {{ words_of("split_part(summed.model_id, '/', 2)") }} = book.words
    group by summed.model_id
),

final as (
    select
        'price' as kind,
        summed.model_id as name,
        cast(summed.mass as bigint) as mass,
        summed.mass / nullif(totals.tokens, 0) as share,
        summed.first_seen,
        cast(proposed.proposal as varchar) as proposal
    from summed
    cross join totals
    left join proposed on summed.model_id = proposed.model_id
)

select * from final
