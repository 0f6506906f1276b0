-- What the gates judge about counters, one row per check and key: what they judge about the listings, and the counters.
-- Of a fall, two counters at most may be by themselves: a small world is not held for one.
-- Decision: a counter rises in at most thirty days by what it was downloaded in thirty; twice that and a hundred are
-- allowed, since the Hub's two figures are of different hours. One that rises more is named, and only then.
with risen as (
    select
        download_date || ' ' || repo as key,
        downloads_flow / greatest(downloads_30_days, 1) as rise_ratio
    from {{ ref('int_downloads_attributed') }}
    where
        counter_before is not null
        and download_date - date_before <= 30
        and downloads_flow > 2 * downloads_30_days + 100
),

days as (
    select
        cast(download_date as varchar) as day_key,
        count(*) as repositories_count,
        count(downloads_all_time) as counted_count,
        coalesce(sum(downloads_all_time), 0) as counted_downloads,
        count(counter_before + downloads_all_time) as compared_count,
        count(*) filter (where is_counter_reset) as fallen_count,
        median((downloads_all_time / nullif(counter_before, 0) - 1) / (download_date - date_before)) as middle_growth
    from {{ ref('int_downloads_attributed') }}
    group by download_date
),

final as (
    select check_name, key, observed from {{ ref('int_listing_evidence') }}
    union all
    select 'counted_downloads', day_key, cast(counted_downloads as double) from days
    union all
    select 'counted_share', day_key, counted_count / nullif(repositories_count, 0) from days
    union all
    select 'fallen_share', day_key, if(fallen_count < 3, 0, fallen_count / nullif(compared_count, 0)) from days
    union all
    select 'middle_growth', day_key, if(compared_count < 3, 0, greatest(middle_growth, 0)) from days
    where middle_growth is not null
    union all
    select 'counter_rise', key, rise_ratio from risen
)

select * from final
