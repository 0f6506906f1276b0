-- What the Hub's listings said of repositories; one event of one fetch is kept at its lowest coordinates.
with source as (
    select * from {{ source('raw', 'downloads_observed_v1') }} where {{ is_new('downloads_observed_v1') }}
),

renamed as (
    select
        event_id,
        source_id,
        fetch_id,
        observed_at,
        hub_id,
        repo,
        created_at,
        pipeline_tag,
        tags,
        downloads_30_days,
        downloads_all_time,
        likes,
        trending_score,
        base_models,
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
