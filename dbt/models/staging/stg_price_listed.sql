-- List prices as sources stated them; one event of one fetch is kept at its lowest coordinates.
with source as (
    select * from {{ source('raw', 'price_listed_v1') }} where {{ is_new('price_listed_v1') }}
),

renamed as (
    select
        event_id,
        source_id,
        fetch_id,
        observed_at,
        model_id,
        provider,
        valid_from,
        valid_to,
        tier_min_tokens,
        utc_start,
        utc_end,
        input_usd_per_token,
        output_usd_per_token,
        is_discounted,
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
