-- Weekly and daily relations tell one story, to the token and vendor by vendor.
with full_weeks as (
    select cast(date_trunc('week', usage_date) as date) as week_start_date
    from {{ ref('int_usage_provenance') }}
    group by week_start_date
    having count(*) = 7
),

daily as (
    select
        cast(date_trunc('week', usage_date) as date) as week_start_date,
        vendor_id,
        sum(tokens) as tokens
    from {{ ref('vendor_share_daily') }}
    where cast(date_trunc('week', usage_date) as date) in (select full_weeks.week_start_date from full_weeks)
    group by all
),

weekly as (
    select week_start_date, vendor_id, tokens from {{ ref('vendor_share_weekly') }}
),

final as (
    select
        daily.week_start_date as daily_week_start_date,
        weekly.week_start_date as weekly_week_start_date,
        coalesce(daily.vendor_id, weekly.vendor_id) as vendor_id,
        daily.tokens as daily_tokens,
        weekly.tokens as weekly_tokens
    from daily
    full outer join weekly
        on daily.week_start_date = weekly.week_start_date and daily.vendor_id = weekly.vendor_id
    where daily.tokens is distinct from weekly.tokens
)

select * from final
