-- Of each official repository of the reading before: is it still there, and still of that family?
with repositories as (
    select * from {{ ref('int_listings_attributed') }}
    where family_id is not null
),

days as (
    select * from {{ ref('int_downloads_provenance') }}
    where date_before is not null
),

final as (
    select
        days.download_date,
        earlier.family_id,
        earlier.hub_id,
        found.hub_id is null as is_gone
    from days
    inner join repositories as earlier on days.date_before = earlier.download_date
    left join repositories as found
        on
            days.download_date = found.download_date
            and earlier.hub_id = found.hub_id
            and earlier.family_id = found.family_id
)

select * from final
