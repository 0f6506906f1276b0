-- The fetch that speaks for each day.
-- Decision: a day on which many counters dipped and later came back is not used: the Hub never served it right again,
-- since it keeps no history, and the flows around it would be inventions. Until they come back the gate holds.
with counters as (
    select
        download_date,
        fetch_id,
        hub_id,
        downloads_all_time,
        max(downloads_all_time) over before as peak,
        max(downloads_all_time) over after as later
    from {{ ref('int_downloads_stated') }}
    window
        before as (partition by hub_id order by download_date rows between unbounded preceding and 1 preceding),
        after as (partition by hub_id order by download_date rows between 1 following and unbounded following)
),

days as (
    select
        download_date,
        any_value(fetch_id) as fetch_id,
        count(peak + downloads_all_time) as compared_count,
        count(*) filter (where downloads_all_time < peak and later >= peak) as dipped_count
    from counters
    group by download_date
),

final as (
    select
        download_date,
        fetch_id,
        lag(download_date) over (order by download_date) as date_before
    from days
    where dipped_count < 3 or 10 * dipped_count <= compared_count
)

select * from final
