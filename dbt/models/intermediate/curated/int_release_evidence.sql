-- What the gates judge about releases, one row per check and key.
with releases as (
    select
        vendor_id || ' ' || cast(release_date as varchar) as release_key,
        rows_count
    from {{ ref('int_releases_selected') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where source_id = 'releases'
),

stated as (
    select
        told.vendor_id || ' ' || cast(told.release_date as varchar) as release_key,
        max(told.observed_at) as stated_at
    from {{ ref('stg_release_observed') }} as told
    inner join fetches on told.fetch_id = fetches.fetch_id
    where fetches.is_complete
    group by release_key
),

withdrawn as (
    select
        stated.release_key,
        releases.release_key is null and coalesce(stated.stated_at > taken_back.taken_back_at, true) as is_gone
    from stated
    left join releases on stated.release_key = releases.release_key
    left join {{ ref('int_rows_taken_back') }} as taken_back
        on stated.release_key = taken_back.row_key and taken_back.source_id = 'releases'
),

final as (
    select 'conflicting_keys' as check_name, release_key as key, cast(rows_count - 1 as double) as observed
    from releases
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
    union all
    select 'withdrawn_rows', release_key, if(is_gone, 1, 0) from withdrawn
)

select * from final
