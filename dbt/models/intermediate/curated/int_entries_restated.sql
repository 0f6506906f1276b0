-- How many times the score that stands of each board's entry is what was first stated of it, or the other way round.
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

firsts as (
    select entry_key, arg_min(score, told_at) as first_score
    from stated
    group by entry_key
),

standing as (
    select
        board_id || ' ' || cast(ranking_date as varchar) || ' ' || entry_id as entry_key,
        abs(cast(score as double)) as score
    from {{ ref('int_entries_selected') }}
),

final as (
    select
        standing.entry_key,
        greatest(firsts.first_score, standing.score)
        / nullif(least(firsts.first_score, standing.score), 0) as restated_ratio
    from standing
    inner join firsts on standing.entry_key = firsts.entry_key
)

select * from final
