-- The organisations nobody mapped to a vendor, on the newest day: the hundred that are downloaded most.
with newest as (
    select * from {{ ref('int_listings_attributed') }}
    where download_date = (select max(readings.download_date) from {{ ref('int_downloads_provenance') }} as readings)
),

summed as (
    select
        organisation,
        count(*) as repos_count,
        cast(coalesce(sum(downloads_30_days), 0) as bigint) as downloads
    from newest
    where vendor_id = 'unknown'
    group by organisation
),

final as (
    select
        organisation,
        repos_count,
        downloads as downloads_30_days
    from summed
    qualify row_number() over (order by downloads desc, organisation asc) <= 100
)

select * from final
