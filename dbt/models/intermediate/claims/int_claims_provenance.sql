-- The fetch whose file of claims counts: the newest complete one, whole; rows of two files are never mixed.
with fetches as (
    select * from {{ ref('int_fetches_verified') }}
    where source_id = 'claims' and is_complete
),

final as (
    select observed_date, fetch_id
    from fetches
    qualify row_number() over (order by observed_at desc, "offset" desc, fetch_id desc) = 1
)

select * from final
