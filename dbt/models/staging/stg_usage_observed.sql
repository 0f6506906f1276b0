-- What sources said about usage. Landing is at least once, so one event of one fetch is kept at its lowest coordinates.
with source as (
    select * from {{ source('raw', 'usage_observed_v1') }} where {{ is_new('usage_observed_v1') }}
),

renamed as (
    select
        event_id,
        source_id,
        fetch_id,
        observed_at,
        as_of,
        usage_date,
        model_permaslug,
        split_part(model_permaslug, ':', 1) as model_id,
        array_to_string(split(model_permaslug, ':')[2:], ':') as variant,
        model_permaslug = 'other' as is_other,
        tokens,
        share_of_daily_tokens,
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
