-- The claims of the file that counts, numbers as decimals: what was quoted in digits is never a binary float.
with claims as (
    select * from {{ ref('stg_claim_quoted') }}
),

chosen as (
    select * from {{ ref('int_claims_provenance') }}
),

final as (
    select
        claims.claim_id,
        claims.quote,
        claims.about,
        claims.entity,
        cast(claims.value as decimal(28, 9)) as claimed,
        cast(claims.rounding as decimal(28, 9)) as rounding,
        claims.unit,
        claims.comparison,
        claims.method as claimed_method,
        claims.span_name,
        claims.start_date,
        claims.end_date,
        claims.claim_source
    from claims
    inner join chosen on claims.fetch_id = chosen.fetch_id
)

select * from final
