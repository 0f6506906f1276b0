-- The rows that curated files took back in so many words, and when last.
with keys as (
    select source_id, observed_at, unnest(withdrawn) as row_key
    from {{ ref('int_fetches_verified') }}
    where is_complete
),

final as (
    select source_id, row_key, max(observed_at) as taken_back_at
    from keys
    group by source_id, row_key
)

select * from final
