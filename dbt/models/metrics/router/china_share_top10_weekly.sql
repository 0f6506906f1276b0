-- Decision: the ten are the week's, over seven days and all variants of a model, and never `other`.
-- Decision: one of the ten whose origin is unknown stays in the denominator: the press variant drops nobody.
with ranked as (
    select * from {{ ref('model_rank_weekly') }} where model_rank <= 10
),

weeks as (
    select
        week_start_date,
        cast(coalesce(sum(tokens) filter (where is_chinese), 0) as bigint) as chinese_tokens,
        cast(sum(tokens) as bigint) as denominator_tokens
    from ranked
    group by week_start_date
),

final as (
    select *, chinese_tokens / nullif(denominator_tokens, 0) as china_share
    from weeks
)

select * from final
