-- The router's catalogue entries; one event of one fetch is kept at its lowest coordinates.
with source as (
    select * from {{ source('raw', 'catalog_model_observed_v1') }} where {{ is_new('catalog_model_observed_v1') }}
),

renamed as (
    select
        event_id,
        source_id,
        fetch_id,
        observed_at,
        id as catalog_id,
        canonical_slug,
        split_part(canonical_slug, ':', 1) as model_id,
        name,
        created_at,
        hugging_face_id,
        output_modalities,
        is_withdrawn,
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
