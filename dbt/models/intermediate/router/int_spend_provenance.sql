-- One row per week and fetch of the catalogue whose price it is billed at.
with priced as (
    select * from {{ ref('int_spend_priced') }}
),

final as (
    select distinct week_start_date, fetch_id
    from priced
    where fetch_id is not null
)

select * from final
