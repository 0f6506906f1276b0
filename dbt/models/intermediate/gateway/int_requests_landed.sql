{{ config(materialized='incremental', unique_key=['fetch_id', 'topic', '"partition"', 'block']) }}
{%- set block_size = 10000 %}
-- What landed of each hour of receipt, by partition and block of 10,000 offsets, and the digest of the ids of its
-- events: the lineage of a number. A block that is whole is not read again.
with landed as (
    select
        *,
        "offset" // {{ block_size }} as block
    from {{ source('raw', 'request_completed_v1') }}
    where {{ is_new('request_completed_v1', block=block_size) }} and {{ is_within('request_completed_v1') }}
),

final as (
    select
        fetch_id,
        topic,
        "partition",
        block,
        min("offset") as first_offset,
        max("offset") as last_offset,
        count(*) as records,
        sha256(string_agg(event_id, '' order by "offset")) as digest
    from landed
    group by fetch_id, topic, "partition", block
)

select * from final
