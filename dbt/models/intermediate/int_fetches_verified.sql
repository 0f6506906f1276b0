-- One row per fetch.completed, and whether the landed events are the declared ones.
-- Decision: a fetch re-read by a newer parser may declare its events twice; it is complete if either declaration is
-- met to the id, because then the landed set is exactly the declared one.
-- Decision: a torn fetch waits until complete ones as new as it state each of its days again: other days replace
-- nothing. Its days are those it names, or else the last one it asked for: an answer to all reaches that.
with promises as (
    select * from {{ ref('stg_fetch_completed') }}
),

landed as (
    select topic_name, fetch_id, event_id from {{ source('raw', 'records') }}
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

judged as (
    select
        promises.* exclude (event_id, counts, digest, rejected),  -- noqa: RF02
        broken.event_id is null and promises.digest = coalesce(landed.digest, sha256('')) as is_complete
    from promises
    left join broken on promises.event_id = broken.event_id
    left join landed_digests as landed on promises.fetch_id = landed.fetch_id
    qualify row_number() over (
        partition by promises.fetch_id
        order by is_complete desc, promises."partition" asc, promises."offset" asc
    ) = 1
),

torn_days as (
    select fetch_id, source_id, observed_at, unnest(coalesce(days, [end_date])) as stated_date, days is null as is_whole
    from judged
    where not is_complete
),

pending as (
    select distinct torn.fetch_id
    from torn_days as torn
    left join judged as newer
        on
            torn.source_id = newer.source_id
            and newer.is_complete
            and torn.observed_at <= newer.observed_at
            and not (torn.is_whole and newer.days is not null)
            and coalesce({{ states_day('newer', 'torn.stated_date') }}, true)
    where newer.fetch_id is null
),

final as (
    select judged.*, pending.fetch_id is not null as is_pending
    from judged
    left join pending on judged.fetch_id = pending.fetch_id
)

select * from final
