-- Decision: the window opens at the newest reading at least 365 days back, so it may be some days longer; days_covered
-- says how long. Until there is such a reading it opens at the first one, and no share is given.
-- Decision: organisations nobody mapped are in the denominator and not in the numerator: they count against.
-- Decision: a counter that fell adds nothing for that step, on either side.
with days as (
    select download_date, fetch_id from {{ ref('int_counters_provenance') }}
),

flows as (
    select
        download_date as flow_date,
        sum(downloads_flow) as downloads,
        sum(downloads_flow) filter (where is_chinese) as chinese_downloads,
        sum(downloads_flow) filter (where vendor_id = 'unknown') as unknown_downloads
    from {{ ref('int_downloads_attributed') }}
    group by download_date
),

windows as (
    select
        days.download_date,
        days.fetch_id,
        coalesce(
            max(opening.download_date) filter (where opening.download_date <= days.download_date - 365),
            min(opening.download_date)
        ) as opening_date
    from days
    inner join days as opening on days.download_date >= opening.download_date
    group by days.download_date, days.fetch_id
),

summed as (
    select
        windows.download_date,
        windows.fetch_id,
        windows.download_date - windows.opening_date as days_covered,
        cast(coalesce(sum(flows.downloads), 0) as bigint) as downloads,
        cast(coalesce(sum(flows.chinese_downloads), 0) as bigint) as chinese_downloads,
        cast(coalesce(sum(flows.unknown_downloads), 0) as bigint) as unknown_downloads
    from windows
    left join flows on windows.opening_date < flows.flow_date and windows.download_date >= flows.flow_date
    group by windows.download_date, windows.fetch_id, windows.opening_date
),

final as (
    select
        summed.download_date,
        summed.chinese_downloads,
        summed.unknown_downloads,
        summed.downloads,
        if(summed.days_covered >= 365, summed.chinese_downloads / nullif(summed.downloads, 0), null) as china_share,
        fetches.coverage_share,
        summed.days_covered
    from summed
    inner join {{ ref('int_fetches_verified') }} as fetches on summed.fetch_id = fetches.fetch_id
)

select * from final
