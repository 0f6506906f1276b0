-- How the newest statement of each figure differs from the first: how many times it is what it was, or the other way
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

ends as (
    select
        figure_key,
        arg_min(amount, told_at) as first_amount,
        arg_max(amount, told_at) as newest_amount,
        arg_min(unit, told_at) <> arg_max(unit, told_at) as is_other_unit
    from stated
    group by figure_key
),

final as (
    select
        figure_key,
        is_other_unit,
        greatest(first_amount, newest_amount) / nullif(least(first_amount, newest_amount), 0) as restated_ratio
    from ends
)

select * from final
