-- Decision: a claim is judged in its own window alone (weeks, where it names none): enough windows match anything.
-- Decision: reproduced is what the method that the claim names gives within the claim's rounding, in any window of its
-- period; where only another method does, that is said, and which.
-- Decision: without a window of the claim's period, or a source for what it is about, there is no data; that is no
-- verdict on the claim.
with claims as (
    select * from {{ ref('int_claims_stated') }}
),

compared as (
    select * from {{ ref('int_claims_compared') }}
    where tried_span_name = span_name
),

counts as (
    select
        claim_id,
        count(*) as variants_tried,
        count(*) filter (where is_matched) as variants_matched,
        coalesce(bool_or(is_matched and is_own_method), false) as is_reproduced,
        string_agg(method || ' ' || span_label, ', ' order by nearness) filter (where is_matched) as reproduced_by
    from compared
    group by claim_id
),

nearest as (
    select * from compared where nearness = 1
),

same_window as (
    select
        alike.claim_id,
        string_agg(alike.method || ' ' || case
            when alike.denominator is not null then format('{:.4f}', alike.value)
            when alike.numerator is not null then format('{:,}', alike.numerator)
            else format('{:.6g}', alike.value)
        end, ', ' order by alike.preference, alike.method) as beside
    from compared as alike
    inner join nearest
        on alike.claim_id = nearest.claim_id and alike.tried_end_date = nearest.tried_end_date
    group by alike.claim_id
),

final as (
    select
        claims.claim_id,
        claims.quote,
        claims.about,
        claims.entity,
        abouts.stands_on,
        cast(claims.claimed as double) as claimed,
        claims.unit,
        cast(claims.rounding as double) as rounding,
        claims.comparison,
        claims.claimed_method,
        strftime(claims.start_date, '%Y-%m-%d') || '/' || strftime(claims.end_date, '%Y-%m-%d') as claimed_period,
        nearest.value as nearest,
        nearest.method,
        nearest.span_label as period,
        nearest.numerator,
        nearest.denominator,
        case
            when counts.claim_id is null then 'no_data'
            when counts.is_reproduced then 'reproduced'
            when counts.variants_matched > 0 then 'reproduced_by_another_method'
            else 'not_reproduced'
        end as verdict,
        counts.reproduced_by,
        same_window.beside,
        coalesce(counts.variants_tried, 0) as variants_tried,
        coalesce(counts.variants_matched, 0) as variants_matched,
        claims.claim_source as source
    from claims
    left join {{ ref('int_claims_abouts') }} as abouts on claims.about = abouts.about
    left join counts on claims.claim_id = counts.claim_id
    left join nearest on claims.claim_id = nearest.claim_id
    left join same_window on claims.claim_id = same_window.claim_id
)

select * from final
