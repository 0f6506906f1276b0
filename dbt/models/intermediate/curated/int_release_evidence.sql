-- What the gates judge about releases, one row per check and key.
with releases as (
    select
        vendor_id || ' ' || cast(release_date as varchar) || ' ' || release as release_key,
        rows_count
    from {{ ref('int_releases_selected') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where source_id = 'releases'
),

withdrawn as (
    select * from {{ ref('int_rows_withdrawn') }} where source_id = 'releases'
),

final as (
    select 'conflicting_keys' as check_name, release_key as key, cast(rows_count - 1 as double) as observed
    from releases
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
    union all
    select 'withdrawn_rows', row_key, if(is_gone, 1, 0) from withdrawn
)

select * from final
