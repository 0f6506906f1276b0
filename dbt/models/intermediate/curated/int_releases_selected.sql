-- Each release as the newest complete fetch of its file states it.
-- Decision: of two rows of one release that became known together the major one is shown, and the gate holds.
with releases as (
    select * from {{ ref('stg_release_observed') }}
),

newest_fetch as (
    select fetch_id
    from {{ ref('int_fetches_verified') }}
    where source_id = 'releases' and is_complete
    qualify row_number() over (order by observed_at desc, "offset" desc, fetch_id desc) = 1
),

stated as (
    select releases.*
    from releases
    inner join newest_fetch on releases.fetch_id = newest_fetch.fetch_id
),

final as (
    select
        *,
        count(*) over (partition by vendor_id, release_date, release) as rows_count
    from stated
    qualify row_number() over (
        partition by vendor_id, release_date, release order by is_major desc, event_id asc
    ) = 1
)

select * from final
