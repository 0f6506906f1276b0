-- What the gates judge about estimated spend, one row per check and key; the keys of weeks are Mondays.
-- Decision: coverage is judged only where the catalogue was looked at by the end of the week: of earlier weeks models
-- have since been withdrawn, and priced_tokens_share says how many.
with weeks as (
    select
        cast(week_start_date as varchar) as week_key,
        sum(tokens) filter (where is_priced) / nullif(sum(tokens) filter (where not is_other), 0) as priced_share,
        max(dearest_price) / 1000000000000 as dearest_usd_per_million,
        coalesce(min(price_date) <= max(week_start_date) + 6, false) as is_contemporary
    from {{ ref('int_spend_priced') }}
    group by week_start_date
),

unpriced as (
    select
        cast(week_start_date as varchar) as week_key,
        unmapped_share,
        max(week_start_date) over () = week_start_date as is_newest
    from {{ ref('int_mapping_spend_weekly') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }}
    where source_id = 'openrouter_models' or list_contains({{ var('usage_sources') }}, source_id)
),

conflicts as (
    select cast(price_date as varchar) as day_key, count(*) filter (where is_conflicting) as conflicting_keys_count
    from {{ ref('int_price_selected') }}
    group by price_date
),

moved as (
    select * from {{ ref('int_catalogue_moved') }}
),

neighbours as (
    select
        neighbours.check_name,
        cast(billed.week_start_date as varchar) || ' ' || neighbours.model_id as key,
        max(neighbours.observed) as observed
    from {{ ref('int_spend_priced') }} as billed
    inner join {{ ref('int_price_neighbours') }} as neighbours
        on billed.price_date = neighbours.price_date and billed.model_permaslug = neighbours.model_id
    group by all
),

final as (
    select 'dearest_price' as check_name, week_key as key, dearest_usd_per_million as observed
    from weeks
    where dearest_usd_per_million is not null
    union all
    select 'priced_share', week_key, coalesce(priced_share, 0) from weeks where is_contemporary
    union all
    select 'unpriced_share', week_key, unmapped_share
    from unpriced
    where is_newest and week_key in (select weeks.week_key from weeks where weeks.is_contemporary)
    union all
    select 'conflicting_keys', day_key, conflicting_keys_count from conflicts
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
    union all
    select 'catalogue_moved', cast(price_date as varchar), moved_ratio from moved
    union all
    select check_name, key, observed from neighbours
)

select * from final
