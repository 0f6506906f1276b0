-- Each leaderboard entry as the newest complete fetch of its file states it.
-- Decision: of two rows of one entry that became known together the higher score is shown, and the gate holds.
-- Decision: where the newest statement of a entry is held, the last one that is not held stands, if there is one.
{%- set relations = ['int_entries_selected'] %}
{%- set entities = ["entries.board_id || ' ' || entries.entry_id"] %}
with entries as (
    select * from {{ ref('stg_leaderboard_observed') }}
),

fetches as (
    select fetch_id, row_number() over (order by observed_at desc, "offset" desc, fetch_id desc) as age
    from {{ ref('int_fetches_verified') }}
    where source_id = 'leaderboards' and is_complete
),

stated as (
    select
        entries.* exclude (score),
        cast(entries.score as decimal(28, 9)) as score
    from entries
    inner join fetches on entries.fetch_id = fetches.fetch_id
    where {{ stands('fetches.age', relations, 'entries.ranking_date', 'entries.fetch_id', entities) }}
    qualify fetches.age = min(fetches.age) over (partition by entries.board_id, entries.ranking_date, entries.entry_id)
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
