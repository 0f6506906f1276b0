-- The newest UTC day on which any source was observed by a complete fetch: one row, without a day before the first.
with fetches as (
    select * from {{ ref('int_fetches_verified') }} where is_complete
),

final as (
    select max(observed_date) as on_date from fetches
)

select * from final
