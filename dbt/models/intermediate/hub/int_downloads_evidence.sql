-- What the gates judge about counters, one row per check and key: what they judge about the listings, and the counters.
-- Of a fall, two counters at most may be by themselves: a small world is not held for one.
with days as (
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
)

select * from final
