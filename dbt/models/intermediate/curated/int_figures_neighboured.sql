-- How far each disclosed figure lies from its neighbours, among the rows known when it became known.
-- `series_ratio`: against the middle one of the same fact and company known before it, and against the other end of its
-- own range. `nearest_ratio`: against the nearest of its company's figures and of the same fact of other companies.
-- Decision: the row that came later is judged, not the one before it; against the middle, so that a right row after a
-- wrong one is not judged by it: one wrong row has one key. The nearest is sought among older rows, if there are any.
-- Decision: a series is compared in one unit and currency; the nearest figure in money of any currency, as its limit is
-- far above all but a few rates.
with figures as (
    select
        fact_id,
        company_id,
        fact_date,
        row(known_at, fact_date) as became_known,
        known_at,
        row(unit, currency) as measure,
        if(currency is null, unit, 'money') as kind_of_unit,
        abs(cast(low as double)) as low,
        abs(cast(high as double)) as high,
        nullif(abs(cast(coalesce(high, low) as double)), 0) as amount
    from {{ ref('int_disclosures_selected') }}
),

pairs as (
    select
        figures.fact_id,
        figures.company_id,
        figures.fact_date,
        greatest(figures.amount, neighbours.amount) / least(figures.amount, neighbours.amount) as off_ratio,
        figures.fact_id = neighbours.fact_id
        and figures.company_id = neighbours.company_id
        and figures.measure = neighbours.measure
        and neighbours.became_known < figures.became_known as is_of_series,
        neighbours.known_at < figures.known_at as is_older,
        neighbours.amount as other_amount
    from figures
    inner join figures as neighbours
        on
            figures.kind_of_unit = neighbours.kind_of_unit
            and (figures.company_id = neighbours.company_id or figures.fact_id = neighbours.fact_id)
            and figures.known_at >= neighbours.known_at
            and row(figures.fact_id, figures.company_id, figures.fact_date)
            <> row(neighbours.fact_id, neighbours.company_id, neighbours.fact_date)
    where figures.amount is not null and neighbours.amount is not null
),

compared as (
    select
        fact_id,
        company_id,
        fact_date,
        median(other_amount) filter (where is_of_series) as middle_amount,
        coalesce(min(off_ratio) filter (where is_older), min(off_ratio)) as nearest_ratio
    from pairs
    group by fact_id, company_id, fact_date
),

final as (
    select
        cast(figures.fact_date as varchar) || ' ' || figures.fact_id || ' ' || figures.company_id as figure_key,
        greatest(
            greatest(figures.amount, compared.middle_amount) / least(figures.amount, compared.middle_amount),
            greatest(figures.high, figures.low) / nullif(least(figures.high, figures.low), 0)
        ) as series_ratio,
        compared.nearest_ratio
    from figures
    left join compared
        on
            figures.fact_id = compared.fact_id
            and figures.company_id = compared.company_id
            and figures.fact_date = compared.fact_date
)

select * from final
