-- Which windows a claim asks for, one row each: here its own alone; a check by hand asks for all of them.
with claims as (
    select * from {{ ref('int_claims_stated') }}
),

final as (
    select claim_id, about, entity, span_name, start_date, end_date
    from claims
)

select * from final
