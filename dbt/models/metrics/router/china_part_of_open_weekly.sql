-- Decision: of open-weight tokens only those whose origin is known, and of them the Chinese part; closed models and
-- models nobody looked up are in neither. A week without such tokens has no share and no row.
with weeks as (
    select
        week_start_date,
        cast(sum(tokens) filter (where openness = 'open_chinese') as bigint) as chinese_tokens,
        cast(sum(tokens) filter (where openness in ('open_chinese', 'open_other')) as bigint) as denominator_tokens
    from {{ ref('openness_share_weekly') }}
    group by week_start_date
),

final as (
    select *, chinese_tokens / nullif(denominator_tokens, 0) as china_share
    from weeks
    where denominator_tokens > 0
)

select * from final
