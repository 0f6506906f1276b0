-- Decision: a model is its permaslug without the variant: free and paid traffic of one checkpoint rank together.
-- Decision: `other` is a remainder and is never ranked, but its tokens are in the denominator.
-- Decision: an unknown origin is not Chinese; where vendor or origin changed within the week its last day decides.
with usage as (
    select * from {{ ref('int_usage_weekly') }}
),

weeks as (
    select week_start_date, sum(tokens) as all_tokens
    from usage
    group by week_start_date
),

models as (
    select
        week_start_date,
        model_id,
        max_by(vendor_id, usage_date) as vendor_id,
        max_by(origin, usage_date) = 'chinese' as is_chinese,
        sum(tokens) as tokens
    from usage
    where not is_other
    group by week_start_date, model_id
),

ranked as (
    select *, row_number() over (partition by week_start_date order by tokens desc, model_id asc) as model_rank
    from models
),

final as (
    select
        ranked.week_start_date,
        ranked.model_rank,
        ranked.model_id,
        ranked.vendor_id,
        ranked.is_chinese,
        count(*) filter (where ranked.is_chinese) over (
            partition by ranked.week_start_date
            order by ranked.model_rank
        ) as chinese_so_far_count,
        cast(ranked.tokens as bigint) as tokens,
        ranked.tokens / nullif(weeks.all_tokens, 0) as model_share
    from ranked
    inner join weeks on ranked.week_start_date = weeks.week_start_date
)

select * from final
