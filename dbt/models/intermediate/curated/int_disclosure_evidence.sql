-- What the gates judge about disclosed figures, one row per check and key.
with figures as (
    select
        fact_id || ' ' || company_id || ' ' || cast(fact_date as varchar) as figure_key,
        rows_count
    from {{ ref('int_disclosures_selected') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where source_id = 'disclosures'
),

final as (
    select 'conflicting_keys' as check_name, figure_key as key, cast(rows_count - 1 as double) as observed from figures
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
)

select * from final
