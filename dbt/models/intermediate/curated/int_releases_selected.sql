-- Each release as the newest complete fetch of its file states it.
-- Decision: of two rows of one release that became known together the major one is shown, and the gate holds.
-- Decision: where the newest statement of a release is held, the last one that is not held stands, if there is one.
{%- set relations = ['int_releases_selected'] %}
{%- set entities = ["releases.vendor_id || ' ' || releases.release"] %}
with releases as (
    select * from {{ ref('stg_release_observed') }}
),

fetches as (
    select fetch_id, row_number() over (order by observed_at desc, "offset" desc, fetch_id desc) as age
    from {{ ref('int_fetches_verified') }}
    where source_id = 'releases' and is_complete
),

stated as (
    select releases.*
    from releases
    inner join fetches on releases.fetch_id = fetches.fetch_id
    where {{ stands('fetches.age', relations, 'releases.release_date', 'releases.fetch_id', entities) }}
    qualify
        fetches.age
        = min(fetches.age) over (partition by releases.vendor_id, releases.release_date, releases.release)
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
