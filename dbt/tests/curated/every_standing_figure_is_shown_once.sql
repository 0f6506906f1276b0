-- What the newest complete fetch states is what readers see, figure by figure: no join loses or doubles one.
with sides as (
    select fact_id, company_id, fact_date, 1 as selected_count, 0 as valued_count, 0 as listed_count
    from {{ ref('int_disclosures_selected') }}
    union all
    select fact_id, company_id, fact_date, 0, 1, 0 from {{ ref('disclosed_value') }}
    union all
    select fact_id, company_id, fact_date, 0, 0, 1 from {{ ref('fct_disclosures') }}
),

final as (
    select
        fact_id,
        company_id,
        fact_date,
        sum(selected_count) as selected_count,
        sum(valued_count) as valued_count,
        sum(listed_count) as listed_count
    from sides
    group by fact_id, company_id, fact_date
    having sum(selected_count) <> 1 or sum(valued_count) <> 1 or sum(listed_count) <> 1
)

select * from final
