-- What each fetch declared; one statement is kept at its lowest coordinates.
with source as (
    select * from {{ source('raw', 'fetch_completed_v1') }} where {{ is_new('fetch_completed_v1') }}
),

renamed as (
    select
        event_id,
        source_id,
        fetch_id,
        observed_at,
        cast(observed_at at time zone 'UTC' as date) as observed_date,
        as_of,
        start_date,
        end_date,
        counts,
        digest,
        coverage_share,
        withdrawn,
        days,
        rejected,
        coalesce(rejected_count, len(rejected)) as rejected_count,
        topic,
        "partition",
        "offset"
    from source
),

together as (
    {{ with_staged('renamed') }}
),

final as (
    select *
    from together
    qualify row_number() over (partition by fetch_id, event_id order by "partition", "offset") = 1
)

select * from final
