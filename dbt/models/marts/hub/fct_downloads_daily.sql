-- The families' official repositories on each usable day; of all others only sums and ranks are published.
with repositories as (
    select * from {{ ref('int_downloads_attributed') }}
),

final as (
    select
        download_date,
        hub_id,
        repo,
        organisation,
        vendor_id,
        family_id,
        is_chinese,
        pipeline_tag,
        downloads_30_days,
        downloads_all_time,
        downloads_flow,
        is_counter_reset,
        likes
    from repositories
    where family_id is not null
)

select * from final
