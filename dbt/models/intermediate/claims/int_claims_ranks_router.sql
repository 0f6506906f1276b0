-- How many of the most-used models are Chinese, of five, nine and ten.
with used as (
    select * from {{ ref('int_claims_used_router') }} where model_rank is not null
),

tops as (
    select unnest([5, 9, 10]) as top_count
),

methods as (
    select unnest(['origin', 'identified']) as method
),

final as (
    select
        'model_rank_china_count' as about,
        'top' || tops.top_count as entity,
        methods.method,
        if(methods.method = 'origin', 1, 2) as preference,
        used.span_name,
        used.end_date,
        count(distinct used.model_id) filter (
            where if(methods.method = 'origin', used.origin = 'chinese', used.is_identified)
        ) as numerator,
        null as denominator
    from used
    cross join tops
    cross join methods
    where used.model_rank <= tops.top_count
    group by all
)

select * from final
