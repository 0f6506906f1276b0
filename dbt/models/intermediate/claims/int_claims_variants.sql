-- The numbers that claims are held against, family by family; a family adds its own `int_claims_variants_<family>`.
-- Decision: a family reads published relations only, so that a check by hand gives what a verdict gives; it computes
-- its `value`, and states numerator and denominator where both are whole numbers.
with final as (
    select about, entity, method, preference, span_name, end_date, numerator, denominator, value
    from {{ ref('int_claims_variants_router') }}
    union all
    select about, entity, method, preference, span_name, end_date, numerator, denominator, value
    from {{ ref('int_claims_variants_programming') }}
    union all
    select about, entity, method, preference, span_name, end_date, numerator, denominator, value
    from {{ ref('int_claims_variants_hub') }}
)

select * from final
