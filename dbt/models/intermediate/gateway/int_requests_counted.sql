-- Summed requests with their vendor and their cost.
-- Decision: the reported cost, else list price: that of the day, or the newest one before. `:free` costs 0.
with requests as (
    select *
    from {{ ref('int_requests_summed') }} as summed
    where {{ is_let_in(['int_requests_provenance'], 'summed.usage_date', 'summed.fetch_id') }}
),

authors as (
    select lower(nfc_normalize(author)) as author_key, vendor_id, coalesce(valid_from, date '1970-01-01') as valid_from
    from {{ ref('authors') }}
),

fetches as (
    select fetch_id from {{ ref('int_fetches_verified') }} where is_complete
),

entries as (
    select listed.catalog_id, listed.model_id as slug, listed.fetch_id as entry_fetch_id
    from {{ ref('stg_catalog_model_observed') }} as listed
    inner join fetches on listed.fetch_id = fetches.fetch_id
    qualify row_number() over (
        partition by listed.catalog_id order by listed.observed_at desc, listed.fetch_id asc, listed.event_id asc
    ) = 1
),

prices as (
    select
        model_id as slug,
        price_date,
        fetch_id as price_fetch_id,
        cast(input_usd_per_million * 1000000000000 as hugeint) as input_price,
        cast(output_usd_per_million * 1000000000000 as hugeint) as output_price
    from {{ ref('int_price_daily') }}
    where input_usd_per_million <= 1000000 and output_usd_per_million <= 1000000
),

keyed as (
    select
        requests.*,
        lower(nfc_normalize(split_part(requests.model_id, '/', 1))) as author_key,
        coalesce(entries.slug, requests.model_id) as slug,
        entries.entry_fetch_id
    from requests
    left join entries on requests.model_id = entries.catalog_id
),

priced as (
    select
        keyed.*,
        coalesce(authors.vendor_id, 'unknown') as vendor_id,
        keyed.prompt_tokens + keyed.completion_tokens as tokens,
        prices.price_fetch_id,
        case
            when keyed.variant = 'free' then 0
            else keyed.prompt_tokens * prices.input_price + keyed.completion_tokens * prices.output_price
        end as list_cost
    from keyed
    asof left join authors on keyed.author_key = authors.author_key and keyed.usage_date >= authors.valid_from
    asof left join prices on keyed.slug = prices.slug and keyed.usage_date >= prices.price_date
),

final as (
    select
        * exclude (author_key, slug),
        coalesce(reported_cost, list_cost) as cost,
        not is_reported and list_cost is not null and has_tokens as is_estimated
    from priced
)

select * from final
