-- The days between the first and the last selected one that no complete fetch states, and the weeks they take away.
-- `is_covered`: a complete fetch asked for the day and got nothing; otherwise nobody has asked yet.
with days as (
    select * from {{ ref('int_usage_provenance') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }}
    where is_complete and list_contains({{ var('usage_sources') }}, source_id)
),

calendar as (
    select cast(unnest(generate_series(min(usage_date), max(usage_date), interval 1 day)) as date) as usage_date
    from days
),

missing as (
    select calendar.usage_date
    from calendar
    anti join days on calendar.usage_date = days.usage_date
),

final as (
    select
        missing.usage_date,
        cast(date_trunc('week', missing.usage_date) as date) as week_start_date,
        count(fetches.fetch_id) > 0 as is_covered
    from missing
    left join fetches on missing.usage_date between fetches.start_date and fetches.end_date
    group by missing.usage_date
)

select * from final
