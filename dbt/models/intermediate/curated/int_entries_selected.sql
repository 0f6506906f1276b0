-- Each leaderboard entry as the newest complete fetch of its file states it.
-- Decision: of two rows of one entry that became known together the higher score is shown, and the gate holds.
with entries as (
    select * from {{ ref('stg_leaderboard_observed') }}
),

newest_fetch as (
    select fetch_id
    from {{ ref('int_fetches_verified') }}
    where source_id = 'leaderboards' and is_complete
    qualify row_number() over (order by observed_at desc, "offset" desc, fetch_id desc) = 1
),

stated as (
    select
        entries.* exclude (score),
        cast(entries.score as decimal(28, 9)) as score
    from entries
    inner join newest_fetch on entries.fetch_id = newest_fetch.fetch_id
),

final as (
    select
        *,
        count(*) over (partition by board_id, ranking_date, entry_id) as rows_count
    from stated
    qualify row_number() over (
        partition by board_id, ranking_date, entry_id order by score desc, event_id asc
    ) = 1
)

select * from final
