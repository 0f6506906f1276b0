-- What the gates judge about listings, one row per check and key.
with days as (
    select
        cast(download_date as varchar) as day_key,
        count(*) as repositories_count,
        count(*) filter (where is_conflicting) as conflicting_count
    from {{ ref('int_listings_attributed') }}
    group by download_date
),

changed as (
    select
        cast(download_date as varchar) as day_key,
        count(*) as official_count,
        count(*) filter (where is_gone) as gone_count
    from {{ ref('int_families_changed') }}
    group by download_date
),

fetches as (
    select * from {{ ref('int_fetches_verified') }}
    where source_id = 'huggingface_hub'
),

final as (
    select 'listed_repositories' as check_name, day_key as key, cast(repositories_count as double) as observed from days
    union all
    select 'gone_share', day_key, if(gone_count < 3, 0, gone_count / nullif(official_count, 0)) from changed
    union all
    select 'conflicting_keys', day_key, conflicting_count from days
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
)

select * from final
