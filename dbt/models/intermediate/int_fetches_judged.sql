{{ config(materialized='incremental', unique_key='fetch_id') }}
-- One row per fetch.completed, and whether the landed events are the declared ones.
-- Decision: a fetch re-read by a newer parser may declare its events twice; it is complete if either declaration is
-- met to the id, because then the landed set is exactly the declared one.
with promises as (
    select * from {{ ref('stg_fetch_completed') }} where {{ is_touched('fetch_id') }}
),

landed as (
    select topic_name, fetch_id, event_id from {{ source('raw', 'records') }} where {{ is_touched('fetch_id') }}
),

landed_counts as (
    select fetch_id, topic_name, count(distinct event_id) as events_count
    from landed
    group by fetch_id, topic_name
),

landed_digests as (
    select fetch_id, sha256(string_agg(distinct event_id, '' order by event_id)) as digest
    from landed
    group by fetch_id
),

declared_counts as (
    select event_id, fetch_id, unnest(map_keys(counts)) as topic_name, unnest(map_values(counts)) as events_count
    from promises
),

broken as (
    select distinct declared.event_id
    from declared_counts as declared
    left join landed_counts as landed
        on declared.fetch_id = landed.fetch_id and declared.topic_name = landed.topic_name
    where declared.events_count <> coalesce(landed.events_count, 0)
),

final as (
    select
        promises.fetch_id,
        promises.source_id,
        promises.observed_at,
        promises.observed_date,
        promises.as_of,
        promises.start_date,
        promises.end_date,
        promises.coverage_share,
        promises.withdrawn,
        promises.days,
        promises.rejected,
        promises.rejected_count,
        promises.topic,
        promises."partition",
        promises."offset",
        broken.event_id is null and promises.digest = coalesce(landed.digest, sha256('')) as is_complete
    from promises
    left join broken on promises.event_id = broken.event_id
    left join landed_digests as landed on promises.fetch_id = landed.fetch_id
    qualify row_number() over (
        partition by promises.fetch_id
        order by is_complete desc, promises."partition" asc, promises."offset" asc
    ) = 1
)

select * from final
