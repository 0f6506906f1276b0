-- The part of each complete week's tokens that no map knows, by kind; a week without any is 0.
with weeks as (
    select week_start_date, sum(tokens) as tokens from {{ ref('int_usage_weekly') }} group by week_start_date
),

kinds as (
    select unnest(['origin', 'openness']) as kind
),

unmapped as (
    select kind, week_start_date, sum(tokens) as tokens
    from {{ ref('int_usage_unmapped') }}
    group by kind, week_start_date
),

final as (
    select
        kinds.kind,
        weeks.week_start_date,
        cast(coalesce(unmapped.tokens, 0) as bigint) as unmapped_tokens,
        cast(weeks.tokens as bigint) as tokens,
        coalesce(unmapped.tokens, 0) / nullif(weeks.tokens, 0) as unmapped_share
    from weeks
    cross join kinds
    left join unmapped on kinds.kind = unmapped.kind and weeks.week_start_date = unmapped.week_start_date
)

select * from final
