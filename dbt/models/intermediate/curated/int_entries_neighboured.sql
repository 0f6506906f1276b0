-- How far each leaderboard score lies from its neighbours, among the rows known when it became known: `series_ratio`
-- against the middle score of the same entry known before it, `nearest_ratio` against the nearest score of the board.
-- Decision: the row that came later is judged, not the one before it: one wrong row has one key. The nearest is sought
-- among older rows, if there are any.
with entries as (
    select
        board_id,
        entry_id,
        ranking_date,
        known_at,
        row(known_at, ranking_date) as became_known,
        nullif(abs(cast(score as double)), 0) as score
    from {{ ref('int_entries_selected') }}
),

pairs as (
    select
        entries.*,
        neighbours.score as other_score,
        greatest(entries.score, neighbours.score) / least(entries.score, neighbours.score) as off_ratio,
        neighbours.known_at < entries.known_at as is_older,
        entries.entry_id = neighbours.entry_id and neighbours.became_known < entries.became_known as is_of_series
    from entries
    inner join entries as neighbours
        on
            entries.board_id = neighbours.board_id
            and entries.known_at >= neighbours.known_at
            and row(entries.entry_id, entries.ranking_date) <> row(neighbours.entry_id, neighbours.ranking_date)
    where entries.score is not null and neighbours.score is not null
),

compared as (
    select
        cast(ranking_date as varchar) || ' ' || board_id || ' ' || entry_id as entry_key,
        score,
        median(other_score) filter (where is_of_series) as middle_score,
        coalesce(min(off_ratio) filter (where is_older), min(off_ratio)) as nearest_ratio
    from pairs
    group by board_id, entry_id, ranking_date, score
),

final as (
    select
        entry_key,
        greatest(score, middle_score) / least(score, middle_score) as series_ratio,
        nearest_ratio
    from compared
)

select * from final
