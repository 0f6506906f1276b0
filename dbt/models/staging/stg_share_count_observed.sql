-- Share counts as sources stated them; one event of one fetch is kept at its lowest coordinates.
with source as (
    select * from {{ source('raw', 'share_count_observed_v1') }} where {{ is_new('share_count_observed_v1') }}
),

renamed as (
    select
        event_id,
        source_id,
        fetch_id,
        observed_at,
        symbol,
        date as count_date,
        shares_issued,
        units_per_line,
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
