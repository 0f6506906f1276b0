{{ config(materialized='incremental', unique_key='fetch_id') }}
-- What landed of each hour of receipt, by partition, and the digest of the ids of its events: the lineage of a number.
with landed as (
    select *
    from {{ source('raw', 'request_completed_v1') }}
    where {{ is_touched('fetch_id') }} and {{ is_within('request_completed_v1') }}
),

final as (
    select
        fetch_id,
        topic,
        "partition",
        min("offset") as first_offset,
        max("offset") as last_offset,
        count(*) as records,
        sha256(string_agg(event_id, '' order by "offset")) as digest
    from landed
    group by fetch_id, topic, "partition"
)

select * from final
