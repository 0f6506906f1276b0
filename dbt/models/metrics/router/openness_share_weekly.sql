-- Decision: openness is the checkpoint's on the day, so a week in which weights appear is split at that day.
-- Decision: unknown where either origin or openness is; an open model of unknown origin is in no quadrant.
-- Decision: always five rows: a quadrant without tokens is a measured zero, because the whole is known.
with weeks as (
    select distinct week_start_date from {{ ref('int_usage_weekly') }}
),

parts as (
    select
        week_start_date,
        if(origin = 'unknown' or openness = 'unknown', 'unknown', openness || '_' || origin) as openness,
        tokens
    from {{ ref('int_usage_weekly') }}
),

quadrants as (
    select unnest(['open_chinese', 'open_other', 'closed_chinese', 'closed_other', 'unknown']) as openness
),

summed as (
    select
        weeks.week_start_date,
        quadrants.openness,
        coalesce(sum(parts.tokens), 0) as tokens
    from weeks
    cross join quadrants
    left join parts on weeks.week_start_date = parts.week_start_date and quadrants.openness = parts.openness
    group by weeks.week_start_date, quadrants.openness
),

final as (
    select
        week_start_date,
        openness,
        cast(tokens as bigint) as tokens,
        tokens / nullif(sum(tokens) over (partition by week_start_date), 0) as openness_share
    from summed
)

select * from final
