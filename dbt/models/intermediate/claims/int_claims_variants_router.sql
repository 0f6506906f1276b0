-- Every number that the router's usage gives for what a claim may be about: about, entity, method, window.
-- Decision: methods that are published as metrics come first (`preference`), those tried for a claim's sake after them.
with counted as (
    select * from {{ ref('int_claims_counted_router') }}
),

methods as (
    select * from {{ ref('int_claims_methods') }}
),

wholes as (
    select * from counted where counted = 'whole'
),

unknowns as (
    select * from counted
    where about = 'vendor_share' and entity = 'unknown' and counted = 'own' and of_set = 'all'
),

shares as (
    select parts.*, methods.method, methods.preference, wholes.tokens as whole_tokens
    from counted as parts
    inner join methods
        on parts.about = methods.about and parts.counted = methods.counted and parts.of_set = methods.of_set
    inner join wholes
        on
            parts.about = wholes.about and parts.of_set = wholes.of_set
            and parts.span_name = wholes.span_name and parts.end_date = wholes.end_date
    where parts.counted <> 'whole'
),

bounded as (
    select shares.* replace ('upper' as method, 9 as preference, shares.tokens + unknowns.tokens as tokens)
    from shares
    inner join unknowns on shares.span_name = unknowns.span_name and shares.end_date = unknowns.end_date
    where shares.about = 'vendor_share' and shares.method = 'of_all' and shares.entity <> 'unknown'
),

final as (
    select about, entity, method, preference, span_name, end_date, tokens as numerator, whole_tokens as denominator
    from shares
    union all
    select about, entity, method, preference, span_name, end_date, tokens, whole_tokens from bounded
    union all
    select about, entity, method, preference, span_name, end_date, numerator, denominator
    from {{ ref('int_claims_totals_router') }}
    union all
    select about, entity, method, preference, span_name, end_date, numerator, denominator
    from {{ ref('int_claims_ranks_router') }}
)

select * from final
