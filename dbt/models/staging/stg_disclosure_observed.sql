-- Curated figures as their file stated them; one event of one fetch is kept at its lowest coordinates.
with source as (
    select * from {{ source('raw', 'disclosure_observed_v1') }} where {{ is_new('disclosure_observed_v1') }}
),

renamed as (
    select
        event_id,
        source_id,
        fetch_id,
        observed_at,
        known_at,
        fact_id,
        company_id,
        fact_date,
        period_start,
        period_end,
        kind,
        low,
        high,
        unit,
        currency,
        own_usd,
        confidence,
        citation,
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
