-- What the gates judge about list prices, one row per check and key.
with days as (
    select
        cast(price_date as varchar) as day_key,
        count(*) as models_count,
        count(input_usd_per_million + output_usd_per_million) as priced_count,
        count(*) filter (where is_conflicting) as conflicting_count
    from {{ ref('int_price_selected') }}
    group by price_date
),

fetches as (
    select * from {{ ref('int_fetches_verified') }}
    where source_id = 'openrouter_models'
),

final as (
    select 'listed_models' as check_name, day_key as key, cast(models_count as double) as observed from days
    union all
    select 'priced_share', day_key, priced_count / nullif(models_count, 0) from days
    union all
    select 'conflicting_keys', day_key, conflicting_count from days
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
)

select * from final
