-- Quoted claims; one event of one fetch is kept at its lowest coordinates.
with source as (
    select * from {{ source('raw', 'claim_quoted_v1') }} where {{ is_new('claim_quoted_v1') }}
),

renamed as (
    select
        event_id,
        source_id,
        fetch_id,
        observed_at,
        claim_id,
        quote,
        value,
        unit,
        rounding,
        about,
        entity,
        period_start as start_date,
        period_end as end_date,
        source as claim_source,
        method,
        "window" as span_name,
        comparison,
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
