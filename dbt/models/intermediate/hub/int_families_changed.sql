-- Of each official repository of the reading before: is it still there, and still of that family?
with repositories as (
    select * from {{ ref('int_downloads_attributed') }}
    where family_id is not null
),

days as (
    select * from {{ ref('int_downloads_provenance') }}
    where date_before is not null
),

final as (
    select
        days.download_date,
        before.family_id,
        before.hub_id,
        found.hub_id is null as is_gone
    from days
    inner join repositories as before on days.date_before = before.download_date
    left join repositories as found
        on
            days.download_date = found.download_date
            and before.hub_id = found.hub_id
            and before.family_id = found.family_id
)

select * from final
