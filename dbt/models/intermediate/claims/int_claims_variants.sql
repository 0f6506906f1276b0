-- The numbers that claims are held against, family by family; a family adds its own `int_claims_variants_<family>`.
-- Decision: a family reads published relations only, so that a check by hand gives what a verdict gives. It states what
-- is counted and of what, whole numbers both, or, where nothing whole is counted, its own `value`.
-- Decision: integers until one division, here. Without a denominator the count is the number; a share of nothing is no
-- number at all.
with counts as (
    select * from {{ ref('int_claims_variants_router') }}
    union all by name
    select * from {{ ref('int_claims_variants_programming') }}
    union all by name
    select * from {{ ref('int_claims_variants_hub') }}
    union all by name
    select * from {{ ref('int_claims_variants_prices') }}
    union all by name
    select * from {{ ref('int_claims_variants_markets') }}
),

final as (
    select
        about,
        entity,
        method,
        preference,
        span_name,
        end_date,
        cast(numerator as bigint) as numerator,
        cast(denominator as bigint) as denominator,
        coalesce(value, if(denominator is null, cast(numerator as double), numerator / denominator)) as value
    from counts
    where denominator is null or denominator > 0
)

select * from final
