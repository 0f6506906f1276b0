-- What the gates judge about the values of platform companies: what they judge about all values, and their age.
with final as (
    select check_name, key, observed from {{ ref('int_value_evidence') }}
    union all
    select 'stale_values', key, days_count from {{ ref('int_values_aged') }} where is_platform
)

select * from final
