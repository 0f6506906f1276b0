-- How many times the score of each leaderboard entry is what was first stated of it, or the other way round.
-- Decision: compared with the first statement, not the last, so that a wrong unit stays wrong on the second day; what a
-- person has let through stays released.
with stated as (
    select
        entries.board_id || ' ' || cast(entries.ranking_date as varchar) || ' ' || entries.entry_id as entry_key,
        abs(cast(entries.score as double)) as score,
        row(entries.observed_at, fetches."offset", entries.event_id) as told_at
    from {{ ref('stg_leaderboard_observed') }} as entries
    inner join {{ ref('int_fetches_verified') }} as fetches on entries.fetch_id = fetches.fetch_id
    where fetches.is_complete
),

ends as (
    select entry_key, arg_min(score, told_at) as first_score, arg_max(score, told_at) as newest_score
    from stated
    group by entry_key
),

final as (
    select
        entry_key,
        greatest(first_score, newest_score) / nullif(least(first_score, newest_score), 0) as restated_ratio
    from ends
)

select * from final
