-- The newest year is the sum of the repositories' rises within it, counted without the windows of the metric.
with years as (
    select * from {{ ref('china_download_share_trailing_year') }}
),

flows as (
    select download_date, downloads_flow, is_chinese from {{ ref('int_downloads_attributed') }}
    where downloads_flow is not null
),

final as (
    select
        years.download_date,
        years.downloads - coalesce(sum(flows.downloads_flow), 0) as downloads_difference,
        years.chinese_downloads - coalesce(sum(flows.downloads_flow) filter (where flows.is_chinese), 0)
            as chinese_difference
    from years
    left join flows
        on
            flows.download_date > years.download_date - cast(years.days_covered as integer)
            and years.download_date >= flows.download_date
    group by years.download_date, years.downloads, years.chinese_downloads
    having downloads_difference <> 0 or chinese_difference <> 0
)

select * from final
