-- Every number that list prices give for what a claim may be about, day by day and side by side.
-- Decision: `a:b` is what a costs over what b does that day, so a b that is twelve times cheaper gives 12. Any two
-- models may be asked about; over a model that is free there is no ratio.
-- Decision: a saving is against the mean price of the day's reference models, itself not among them; one that is free
-- or unknown is no peer.
with asked as (
    select distinct about, entity from {{ ref('int_claims_asked') }}
),

priced as (
    select * from {{ ref('int_claims_priced') }}
),

ratios as (
    select
        asked.about,
        asked.entity,
        priced.method,
        priced.preference,
        priced.price_date,
        priced.usd_per_million / peers.usd_per_million as value
    from asked
    inner join priced on split_part(asked.entity, ':', 1) = priced.model_name
    inner join priced as peers
        on
            split_part(asked.entity, ':', 2) = peers.model_name
            and priced.price_date = peers.price_date and priced.method = peers.method
    where asked.about = 'price_ratio' and peers.usd_per_million > 0
),

yardsticks as (
    select distinct price_date, reference_model_id from {{ ref('price_ratio_daily') }}
),

savings as (
    select
        asked.about,
        asked.entity,
        priced.method,
        priced.preference,
        priced.price_date,
        1 - priced.usd_per_million * count(*)
        / cast(sum(cast(peers.usd_per_million as decimal(28, 12))) as double) as value
    from asked
    inner join priced on asked.entity = priced.model_name
    inner join yardsticks
        on priced.price_date = yardsticks.price_date and priced.model_id <> yardsticks.reference_model_id
    inner join priced as peers
        on
            yardsticks.reference_model_id = peers.model_name
            and priced.price_date = peers.price_date and priced.method = peers.method
    where asked.about = 'price_saving' and peers.usd_per_million > 0
    group by asked.about, asked.entity, priced.method, priced.preference, priced.price_date, priced.usd_per_million
),

listed as (
    select asked.about, asked.entity, priced.method, priced.preference, priced.price_date, priced.usd_per_million
    from asked
    inner join priced on asked.entity = priced.model_name
    where asked.about = 'list_price'
),

final as (
    select about, entity, method, preference, 'day' as span_name, price_date as end_date, usd_per_million as value
    from listed
    union all
    select about, entity, method, preference, 'day', price_date, value from ratios
    union all
    select about, entity, method, preference, 'day', price_date, value from savings
)

select * from final
