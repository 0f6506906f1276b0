-- Decision: the denominator is all tokens, so whatever is unknown counts against the share.
-- Decision: a stealth model is nobody's name: even one later attributed to a Chinese vendor is not counted here.
with weeks as (
    select
        week_start_date,
        cast(coalesce(sum(tokens) filter (where is_identified), 0) as bigint) as chinese_tokens,
        cast(sum(tokens) as bigint) as denominator_tokens
    from {{ ref('int_usage_weekly') }}
    group by week_start_date
),

final as (
    select *, chinese_tokens / nullif(denominator_tokens, 0) as china_share
    from weeks
)

select * from final
