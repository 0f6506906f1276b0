-- What the gates judge about leaderboards, one row per check and key.
with entries as (
    select
        board_id || ' ' || cast(ranking_date as varchar) || ' ' || entry_id as entry_key,
        rows_count
    from {{ ref('int_entries_selected') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where source_id = 'leaderboards'
),

final as (
    select 'conflicting_keys' as check_name, entry_key as key, cast(rows_count - 1 as double) as observed from entries
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
)

select * from final
