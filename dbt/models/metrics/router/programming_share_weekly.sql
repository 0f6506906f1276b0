-- Decision: an estimate over a count: the upstream samples prompts, classifies them and scales up, so the share carries
-- a sampling error that nobody publishes; a share above one would be that error, and the gate holds it.
-- Decision: over all tokens of the same ISO week, `other` included on both sides; what only one side has is no row.
with category as (
    select week_start_date, sum(tokens) as category_tokens
    from {{ ref('int_category_selected') }}
    where category = 'programming'
    group by week_start_date
),

weeks as (
    select week_start_date, sum(tokens) as tokens
    from {{ ref('int_usage_weekly') }}
    group by week_start_date
),

final as (
    select
        weeks.week_start_date,
        cast(category.category_tokens as bigint) as category_tokens,
        cast(weeks.tokens as bigint) as tokens,
        category.category_tokens / nullif(weeks.tokens, 0) as programming_share
    from weeks
    inner join category on weeks.week_start_date = category.week_start_date
)

select * from final
