-- Decision: nothing is assumed about the unknown: at the lower bound none of it is Chinese, at the upper all of it is.
-- Decision: the lower bound is not the identified share: lineage and attributed stealth are known.
with weeks as (
    select
        week_start_date,
        sum(tokens) as tokens,
        coalesce(sum(tokens) filter (where origin = 'chinese'), 0) as chinese_tokens,
        coalesce(sum(tokens) filter (where origin = 'unknown'), 0) as unknown_tokens
    from {{ ref('int_usage_weekly') }}
    group by week_start_date
),

final as (
    select
        week_start_date,
        chinese_tokens / nullif(tokens, 0) as lower_share,
        (chinese_tokens + unknown_tokens) / nullif(tokens, 0) as upper_share,
        cast(unknown_tokens as bigint) as unknown_tokens,
        cast(tokens as bigint) as tokens
    from weeks
)

select * from final
