-- The fetch whose counters speak for each day, and the reading before.
-- Decision: a day whose counters are held is as a day without a reading: the rise of the next one spans both.
with readings as (
    select * from {{ ref('int_downloads_provenance') }}
),

final as (
    select
        download_date,
        fetch_id,
        lag(download_date) over (order by download_date) as date_before
    from readings
    where {{ is_let_in(['int_counters_provenance'], 'readings.download_date', 'readings.fetch_id') }}
)

select * from final
