-- Each claim beside each number that it may be about, nearest first.
-- Decision: distance is told in the claim's own rounding steps: a claim in whole percents cannot tell 61.9 from 62.0 %,
-- so both are equally near. Among equals the claim's own method goes first, then one that is published, then the
-- earlier window. A check by hand may leave the method open: then each is as good as named.
-- Decision: half a step either way is within; of a limit (`above`, `below`) everything beyond it is.
with claims as (
    select * from {{ ref('int_claims_stated') }}
),

asked as (
    select * from {{ ref('int_claims_asked') }}
),

pairs as (
    select
        claims.*,
        variants.method,
        variants.preference,
        variants.span_name as tried_span_name,
        variants.end_date as tried_end_date,
        variants.numerator,
        variants.denominator,
        variants.value,
        greatest(ceil(round(abs(variants.value - claims.claimed) / claims.rounding - 0.5, 9)), 0) as steps,
        case claims.comparison
            when 'above' then variants.value > claims.claimed
            when 'below' then variants.value < claims.claimed
            else steps = 0
        end as is_matched,
        if(is_matched, 0, greatest(steps, 1)) as steps_between,
        coalesce(variants.method = claims.claimed_method, true) as is_own_method
    from claims
    inner join asked on claims.claim_id = asked.claim_id
    inner join {{ ref('int_claims_variants') }} as variants
        on
            asked.about = variants.about and asked.entity = variants.entity
            and asked.span_name = variants.span_name
            and variants.end_date between asked.start_date and asked.end_date
),

final as (
    select
        *,
        case tried_span_name
            when 'week' then strftime(tried_end_date, '%G-W%V')
            when 'month' then strftime(tried_end_date, '%Y-%m')
            when 'trailing7' then strftime(tried_end_date - 6, '%Y-%m-%d/') || strftime(tried_end_date, '%Y-%m-%d')
            when 'trailing28' then strftime(tried_end_date - 27, '%Y-%m-%d/') || strftime(tried_end_date, '%Y-%m-%d')
            else strftime(tried_end_date, '%Y-%m-%d')
        end as span_label,
        row_number() over (
            partition by claim_id, tried_span_name = span_name
            order by
                steps_between asc, is_own_method desc, preference asc, tried_end_date asc, tried_span_name asc,
                method asc
        ) as nearness
    from pairs
)

select * from final
