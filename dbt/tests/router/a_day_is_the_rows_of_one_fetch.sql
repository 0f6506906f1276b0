-- A model that left the fifty most used is in the newer `other`: rows of two fetches would count it twice.
with selected as (
    select usage_date, fetch_id from {{ ref('int_usage_selected') }}
),

fetches as (
    select fetch_id from {{ ref('int_fetches_verified') }} where is_complete
),

final as (
    select
        selected.usage_date,
        count(distinct selected.fetch_id) as fetches_count,
        count(*) filter (where fetches.fetch_id is null) as unverified_rows_count
    from selected
    left join fetches on selected.fetch_id = fetches.fetch_id
    group by selected.usage_date
    having fetches_count <> 1 or unverified_rows_count > 0
)

select * from final
