-- Leaderboard entries as their file stated them; one event of one fetch is kept at its lowest coordinates.
with source as (
    select * from {{ source('raw', 'leaderboard_observed_v1') }} where {{ is_new('leaderboard_observed_v1') }}
),

renamed as (
    select
        event_id,
        source_id,
        fetch_id,
        observed_at,
        known_at,
        board_id,
        ranking_date,
        entry_id,
        model,
        vendor_id,
        score,
        is_open,
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
