-- Every official repository is there once a day, and its family and vendor are in the dimensions.
with repositories as (
    select * from {{ ref('fct_downloads_daily') }}
),

twice as (
    select download_date, hub_id
    from repositories
    group by download_date, hub_id
    having count(*) > 1
),

final as (
    select download_date, hub_id, 'listed twice' as problem from twice
    union all
    select repositories.download_date, repositories.hub_id, 'family not listed: ' || repositories.family_id
    from repositories
    anti join {{ ref('dim_families') }} as families on repositories.family_id = families.family_id
)

select * from final
