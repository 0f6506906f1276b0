-- The numbers that claims are held against, family by family; a family adds its own `int_claims_variants_<family>`.
with families as (
    select * from {{ ref('int_claims_variants_router') }}
),

final as (
    select
        about,
        entity,
        method,
        preference,
        span_name,
        end_date,
        numerator,
        denominator,
        if(denominator is null, cast(numerator as double), numerator / nullif(denominator, 0)) as value
    from families
)

select * from final
