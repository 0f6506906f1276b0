-- Decision: seven calendar days that end with the day, all present, or no row; a gap is not bridged by an eighth day.
-- Decision: sums over seven days are divided once; a mean of daily shares would weigh a quiet Sunday like a Tuesday.
with days as (
    select
        usage_date,
        sum(tokens) as tokens,
        coalesce(sum(tokens) filter (where is_identified), 0) as identified_tokens,
        coalesce(sum(tokens) filter (where origin = 'chinese'), 0) as chinese_tokens,
        coalesce(sum(tokens) filter (where origin = 'unknown'), 0) as unknown_tokens
    from {{ ref('int_usage_attributed') }}
    group by usage_date
),

spans as (
    select
        usage_date,
        sum(tokens) over seven_days as tokens,
        sum(identified_tokens) over seven_days as identified_tokens,
        sum(chinese_tokens) over seven_days as chinese_tokens,
        sum(unknown_tokens) over seven_days as unknown_tokens
    from days
    window seven_days as (order by usage_date range between interval 6 days preceding and current row)
    qualify count(*) over seven_days = 7
),

final as (
    select
        usage_date,
        identified_tokens / nullif(tokens, 0) as identified_share,
        chinese_tokens / nullif(tokens - unknown_tokens, 0) as origin_share,
        chinese_tokens / nullif(tokens, 0) as lower_share,
        (chinese_tokens + unknown_tokens) / nullif(tokens, 0) as upper_share,
        unknown_tokens / nullif(tokens, 0) as unknown_share,
        cast(tokens as bigint) as tokens
    from spans
)

select * from final
