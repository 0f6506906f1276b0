-- A model has one list price: one name of the price book at most, and one row as a reference.
with named as (
    select 'price_book_models' as seed, model_id as seed_key from {{ ref('price_book_models') }}
    union all
    select 'price_book_models', provider || ' ' || book_model from {{ ref('price_book_models') }}
    union all
    select 'reference_models', model_id from {{ ref('reference_models') }}
),

final as (
    select seed, seed_key, 'more than one row' as problem from named group by seed, seed_key having count(*) > 1
    union all
    select 'reference_models', model_id, 'no name in the price book'
    from {{ ref('reference_models') }}
    where model_id not in (select mapped.model_id from {{ ref('price_book_models') }} as mapped)
)

select * from final
