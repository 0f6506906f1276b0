-- Decision: free is the `:free` variant; a free model whose row fell out of the fifty is in `other` and not counted,
-- so the share is a floor.
with weeks as (
    select
        week_start_date,
        cast(coalesce(sum(tokens) filter (where variant = 'free'), 0) as bigint) as free_tokens,
        cast(sum(tokens) as bigint) as tokens
    from {{ ref('int_usage_weekly') }}
    group by week_start_date
),

final as (
    select *, free_tokens / nullif(tokens, 0) as free_share
    from weeks
)

select * from final
