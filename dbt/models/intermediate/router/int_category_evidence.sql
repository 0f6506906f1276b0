-- What the gates judge about the programming slice, one row per check and key; the keys are Mondays.
-- Decision: a week that was stated, and that a newer complete fetch states without a row, has disappeared; the older
-- statement is kept meanwhile.
with weeks as (
    select
        week_start_date,
        cast(week_start_date as varchar) as week_key,
        sum(tokens) as tokens,
        coalesce(sum(rows_count) filter (where is_other), 0) as other_rows_count,
        count(*) filter (where is_conflicting) as conflicting_keys_count
    from {{ ref('int_category_selected') }}
    where category = 'programming'
    group by week_start_date
),

moved as (
    select weeks.week_key, weeks.tokens / nullif(earlier.tokens, 0) as volume_ratio
    from weeks
    inner join weeks as earlier on weeks.week_start_date = earlier.week_start_date + 7
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where source_id = 'openrouter_categories'
),

disappeared as (
    select chosen.week_start_date, count(fetches.fetch_id) > 0 as has_disappeared
    from {{ ref('int_category_provenance') }} as chosen
    left join fetches
        on
            chosen.observed_at < fetches.observed_at
            and fetches.is_complete
            and {{ states_day('fetches', 'chosen.week_start_date') }}
    where chosen.category = 'programming'
    group by chosen.week_start_date
),

final as (
    select 'other_rows' as check_name, week_key as key, cast(other_rows_count as double) as observed from weeks
    union all
    select 'conflicting_keys', week_key, conflicting_keys_count from weeks
    union all
    select 'volume_ratio', week_key, volume_ratio from moved
    union all
    select 'disappeared_days', cast(week_start_date as varchar), if(has_disappeared, 1, 0) from disappeared
    union all
    select 'restated_middle', cast(stated_date as varchar), restated_middle
    from {{ ref('int_category_restated') }}
    where entity = 'programming'
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
)

select * from final
