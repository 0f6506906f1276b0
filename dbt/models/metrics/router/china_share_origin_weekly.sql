-- Decision: Chinese is a model by a Chinese vendor, on a Chinese base, or attributed to a Chinese vendor; each once.
-- Decision: tokens of unknown origin leave the denominator, which assumes that they split like the known; the bounds
-- say how far that can be wrong.
with weeks as (
    select
        week_start_date,
        cast(coalesce(sum(tokens) filter (where origin = 'chinese'), 0) as bigint) as chinese_tokens,
        cast(coalesce(sum(tokens) filter (where origin <> 'unknown'), 0) as bigint) as denominator_tokens,
        sum(tokens) as tokens
    from {{ ref('int_usage_weekly') }}
    group by week_start_date
),

final as (
    select
        * exclude (tokens),
        chinese_tokens / nullif(denominator_tokens, 0) as china_share,
        (tokens - denominator_tokens) / nullif(tokens, 0) as unknown_share
    from weeks
)

select * from final
