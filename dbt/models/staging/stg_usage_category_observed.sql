-- What was said about usage by category and ISO week; one event of one fetch is kept at its lowest coordinates.
with source as (
    select * from {{ source('raw', 'usage_category_observed_v1') }} where {{ is_new('usage_category_observed_v1') }}
),

renamed as (
    select
        event_id,
        source_id,
        fetch_id,
        observed_at,
        week_start_date,
        category,
        model_permaslug,
        split_part(model_permaslug, ':', 1) as model_id,
        model_permaslug = 'other' as is_other,
        tokens,
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
