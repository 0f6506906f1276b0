-- Decision: quotients of ranges are ranges: the least is the least above over the most below, and the other way round.
-- Decision: money is divided by money of the same currency, so that no exchange rate enters growth; else no quotient.
-- Decision: a ratio whose facts nobody has disclosed is a row without values: listed, not counted as zero.
with ratios as (
    select * from {{ ref('disclosed_ratios') }}
),

figures as (
    select
        *,
        fact_id || ' ' || company_id || ' ' || cast(fact_date as varchar) as figure_key,
        if(newest_rank = 1, 'newest', 'previous') as place
    from {{ ref('int_disclosures_selected') }}
    where newest_rank <= 2
),

final as (
    select
        ratios.ratio_id,
        ratios.title,
        cast(above.low as double) / nullif(cast(below.high as double), 0) as low,
        cast(above.high as double) / nullif(cast(below.low as double), 0) as high,
        above.figure_key as numerator_fact,
        below.figure_key as denominator_fact
    from ratios
    left join figures as above
        on
            ratios.numerator_fact_id = above.fact_id
            and ratios.numerator_company_id = above.company_id
            and ratios.numerator_place = above.place
    left join figures as below
        on
            ratios.denominator_fact_id = below.fact_id
            and ratios.denominator_company_id = below.company_id
            and ratios.denominator_place = below.place
            and above.currency is not distinct from below.currency
)

select * from final
