-- List prices by the name that somebody gives a model, side by side, of the models that a claim names and of those that
-- others are compared with.
-- Decision: a model goes by the router's slug, with or without the day that the slug ends in; where both fit, the very
-- slug counts, and of two dated ones the newer that is listed that day.
-- Decision: an unknown price is no row; a free one is 0.
with asked as (
    select entity from {{ ref('int_claims_asked') }}
    where about in ('list_price', 'price_ratio', 'price_saving')
),

names as (
    select unnest(string_split(entity, ':')) as model_name from asked
    union
    select reference_model_id from {{ ref('price_ratio_daily') }}
),

prices as (
    select
        *,
        unnest([
            { 'method': 'input', 'preference': 1, 'usd': input_usd_per_million },
            { 'method': 'output', 'preference': 2, 'usd': output_usd_per_million },
            { 'method': 'blended', 'preference': 3, 'usd': blended_usd_per_million }
        ]) as side
    from {{ ref('list_price_daily') }}
),

named as (
    select names.model_name, prices.*
    from names
    inner join prices
        on names.model_name in (prices.model_id, regexp_replace(prices.model_id, '-20[0-9]{6}$', ''))
),

final as (
    select
        model_name,
        model_id,
        price_date,
        side['method'] as method,
        side['preference'] as preference,
        side['usd'] as usd_per_million
    from named
    qualify row_number() over (
        partition by model_name, price_date, side['method'] order by model_name = model_id desc, model_id desc
    ) = 1
)

select * from final
where usd_per_million is not null
