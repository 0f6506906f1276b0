-- How each figure that stands differs from what was first stated of it: how many times it is that, or the other way
-- round, and whether its unit is another.
-- Decision: compared with the first statement, not the last, so that a wrong unit stays wrong on the second day; what a
-- person has let through stays released.
with stated as (
    select
        figures.fact_id || ' ' || figures.company_id || ' ' || cast(figures.fact_date as varchar) as figure_key,
        abs(cast(coalesce(figures.high, figures.low) as double)) as amount,
        figures.unit || coalesce(' ' || figures.currency, '') as unit,
        row(figures.observed_at, fetches."offset", figures.event_id) as told_at
    from {{ ref('stg_disclosure_observed') }} as figures
    inner join {{ ref('int_fetches_verified') }} as fetches on figures.fetch_id = fetches.fetch_id
    where fetches.is_complete
),

firsts as (
    select figure_key, arg_min(amount, told_at) as first_amount, arg_min(unit, told_at) as first_unit
    from stated
    group by figure_key
),

standing as (
    select
        fact_id || ' ' || company_id || ' ' || cast(fact_date as varchar) as figure_key,
        abs(cast(coalesce(high, low) as double)) as amount,
        unit || coalesce(' ' || currency, '') as unit
    from {{ ref('int_disclosures_selected') }}
),

final as (
    select
        standing.figure_key,
        standing.unit <> firsts.first_unit as is_other_unit,
        greatest(firsts.first_amount, standing.amount)
        / nullif(least(firsts.first_amount, standing.amount), 0) as restated_ratio
    from standing
    inner join firsts on standing.figure_key = firsts.figure_key
)

select * from final
