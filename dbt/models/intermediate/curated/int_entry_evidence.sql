-- What the gates judge about leaderboards, one row per check and key.
with entries as (
    select
        board_id || ' ' || cast(ranking_date as varchar) || ' ' || entry_id as entry_key,
        rows_count
    from {{ ref('int_entries_selected') }}
),

restated as (
    select * from {{ ref('int_entries_restated') }}
),

neighboured as (
    select * from {{ ref('int_entries_neighboured') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where source_id = 'leaderboards'
),

withdrawn as (
    select * from {{ ref('int_rows_withdrawn') }} where source_id = 'leaderboards'
),

final as (
    select 'conflicting_keys' as check_name, entry_key as key, cast(rows_count - 1 as double) as observed from entries
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
    union all
    select 'restated_ratio', entry_key, restated_ratio from restated where restated_ratio is not null
    union all
    select 'series_ratio', entry_key, series_ratio from neighboured where series_ratio is not null
    union all
    select 'nearest_ratio', entry_key, nearest_ratio from neighboured where nearest_ratio is not null
    union all
    select 'withdrawn_rows', row_key, if(is_gone, 1, 0) from withdrawn
)

select * from final
