-- The newest entry of each model in any complete catalogue, of the entry without a variant where there is one.
with entries as (
    select * from {{ ref('stg_catalog_model_observed') }}
),

fetches as (
    select fetch_id from {{ ref('int_fetches_verified') }} where is_complete
),

final as (
    select
        entries.model_id,
        split_part(entries.model_id, '/', 1) as author,
        entries.name,
        nullif(entries.hugging_face_id, '') as repository
    from entries
    inner join fetches on entries.fetch_id = fetches.fetch_id
    qualify row_number() over (
        partition by entries.model_id
        order by
            entries.observed_at desc,
            contains(entries.catalog_id, ':') asc,
            entries.catalog_id asc,
            entries.event_id asc
    ) = 1
)

select * from final
