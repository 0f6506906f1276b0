-- What unlisted companies were said to be worth, in USD cents: the middle of each range, as the newest file states it.
-- Decision: the middle, because a range that was reported has no better point; where one end is open, the other end.
-- Decision: another currency at the rate of the day of the valuation, or of the last TARGET day up to six before.
-- Decision: where the newest statement of a valuation is held, the last one that is not held stands, if there is one.
{%- set relations = ['int_disclosures_selected', 'int_valuations_disclosed'] %}
{%- set entities = ["facts.fact_id || ' ' || facts.company_id", 'facts.company_id'] %}
with facts as (
    select
        *,
        cast(low as decimal(28, 9)) as low_amount,
        cast(high as decimal(28, 9)) as high_amount
    from {{ ref('stg_disclosure_observed') }}
    where fact_id = 'valuation' and kind = 'stock' and currency is not null
),

fetches as (
    select fetch_id, row_number() over (order by observed_at desc, "offset" desc, fetch_id desc) as age
    from {{ ref('int_fetches_verified') }}
    where is_complete and source_id = 'disclosures'
),

stated as (
    select
        facts.company_id,
        facts.fact_date,
        facts.currency,
        facts.fetch_id,
        coalesce(facts.low_amount, facts.high_amount) + coalesce(facts.high_amount, facts.low_amount) as twice_amount
    from facts
    inner join fetches on facts.fetch_id = fetches.fetch_id
    where {{ stands('fetches.age', relations, 'facts.fact_date', 'facts.fetch_id', entities) }}
    qualify row_number() over (
        partition by facts.company_id, facts.fact_date
        order by fetches.age asc, facts.known_at desc, facts.event_id asc
    ) = 1
),

converted as (
    select
        stated.*,
        if(stated.currency = 'USD', 1, rates.usd_rate) as usd_rate,
        if(stated.currency = 'USD', 1, rates.own_rate) as own_rate,
        stated.currency = 'USD' or stated.fact_date - rates.rate_date <= 6 as is_converted
    from stated
    asof left join {{ ref('int_fx_to_usd') }} as rates
        on stated.currency = rates.currency and stated.fact_date >= rates.rate_date
),

final as (
    select
        company_id,
        fact_date,
        fetch_id,
        cast(
            cast(twice_amount * 50 as hugeint) * cast(usd_rate * 1000000 as hugeint)
            // nullif(cast(own_rate * 1000000 as hugeint), 0) as bigint
        ) as value_cents
    from converted
    where is_converted
)

select * from final
