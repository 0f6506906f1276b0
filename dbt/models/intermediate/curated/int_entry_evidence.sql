-- What the gates judge about leaderboards, one row per check and key.
with entries as (
    select
        board_id || ' ' || cast(ranking_date as varchar) || ' ' || entry_id as entry_key,
        rows_count
    from {{ ref('int_entries_selected') }}
),

restated as (
    select restated.*
    from {{ ref('int_entries_restated') }} as restated
    inner join entries on restated.entry_key = entries.entry_key
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where source_id = 'leaderboards'
),

stated as (
    select
        told.board_id || ' ' || cast(told.ranking_date as varchar) || ' ' || told.entry_id as entry_key,
        max(told.observed_at) as stated_at
    from {{ ref('stg_leaderboard_observed') }} as told
    inner join fetches on told.fetch_id = fetches.fetch_id
    where fetches.is_complete
    group by entry_key
),

withdrawn as (
    select
        stated.entry_key,
        entries.entry_key is null and coalesce(stated.stated_at > taken_back.taken_back_at, true) as is_gone
    from stated
    left join entries on stated.entry_key = entries.entry_key
    left join {{ ref('int_rows_taken_back') }} as taken_back
        on stated.entry_key = taken_back.row_key and taken_back.source_id = 'leaderboards'
),

final as (
    select 'conflicting_keys' as check_name, entry_key as key, cast(rows_count - 1 as double) as observed from entries
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
    union all
    select 'restated_ratio', entry_key, restated_ratio from restated where restated_ratio is not null
    union all
    select 'withdrawn_rows', entry_key, if(is_gone, 1, 0) from withdrawn
)

select * from final
