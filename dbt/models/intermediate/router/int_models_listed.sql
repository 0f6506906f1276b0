-- What the catalogue says of a model's weights, one row per model and day on which it was read: the repository it
-- names, or none. Variants share a checkpoint, so one entry that names it is enough.
with fetches as (
    select * from {{ ref('int_fetches_verified') }} where is_complete
),

entries as (
    select * from {{ ref('stg_catalog_model_observed') }}
),

final as (
    select
        entries.model_id,
        fetches.observed_date as listed_date,
        fetches.fetch_id,
        max('huggingface.co/' || entries.hugging_face_id) as repository
    from entries
    inner join fetches on entries.fetch_id = fetches.fetch_id
    group by entries.model_id, fetches.observed_date, fetches.observed_at, fetches.fetch_id
    qualify row_number() over (
        partition by entries.model_id, fetches.observed_date order by fetches.observed_at desc, fetches.fetch_id desc
    ) = 1
)

select * from final
