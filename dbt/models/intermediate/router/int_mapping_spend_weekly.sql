-- The part of each complete week's tokens without a list price; a week without any is 0.
with weeks as (
    select week_start_date, sum(tokens) as tokens from {{ ref('int_usage_weekly') }} group by week_start_date
),

unpriced as (
    select week_start_date, sum(tokens) as tokens from {{ ref('int_usage_unpriced') }} group by week_start_date
),

final as (
    select
        'price' as kind,
        weeks.week_start_date,
        cast(coalesce(unpriced.tokens, 0) as bigint) as unmapped_tokens,
        cast(weeks.tokens as bigint) as tokens,
        coalesce(unpriced.tokens, 0) / nullif(weeks.tokens, 0) as unmapped_share
    from weeks
    left join unpriced on weeks.week_start_date = unpriced.week_start_date
)

select * from final
