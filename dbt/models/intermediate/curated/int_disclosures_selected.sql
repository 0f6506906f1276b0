-- Each figure as the newest complete fetch of its file states it.
-- Decision: one fetch states all that the file knows: a row that is gone or withdrawn is not carried on from before.
-- Decision: of two rows of one figure that became known together the larger is shown, and the gate holds.
-- Decision: one figure is the newest of its fact and company; earlier ones stay, they are its history.
-- Decision: where the newest statement of a figure is held, the last one that is not held stands, if there is one.
{%- set relations = ['int_disclosures_selected', 'int_valuations_disclosed'] %}
{%- set entities = ["disclosures.fact_id || ' ' || disclosures.company_id", 'disclosures.company_id'] %}
with disclosures as (
    select * from {{ ref('stg_disclosure_observed') }}
),

fetches as (
    select fetch_id, row_number() over (order by observed_at desc, "offset" desc, fetch_id desc) as age
    from {{ ref('int_fetches_verified') }}
    where source_id = 'disclosures' and is_complete
),

stated as (
    select
        disclosures.* exclude (low, high, own_usd),
        cast(disclosures.low as decimal(28, 9)) as low,
        cast(disclosures.high as decimal(28, 9)) as high,
        cast(disclosures.own_usd as decimal(28, 9)) as own_usd
    from disclosures
    inner join fetches on disclosures.fetch_id = fetches.fetch_id
    where {{ stands('fetches.age', relations, 'disclosures.fact_date', 'disclosures.fetch_id', entities) }}
    qualify
        fetches.age
        = min(fetches.age) over (partition by disclosures.fact_id, disclosures.company_id, disclosures.fact_date)
),

final as (
    select
        *,
        count(*) over (partition by fact_id, company_id, fact_date) as rows_count,
        fact_date = max(fact_date) over (partition by fact_id, company_id) as is_newest,
        dense_rank() over (partition by fact_id, company_id order by fact_date desc) as newest_rank
    from stated
    qualify row_number() over (
        partition by fact_id, company_id, fact_date
        order by high desc nulls last, low desc nulls last, event_id asc
    ) = 1
)

select * from final
