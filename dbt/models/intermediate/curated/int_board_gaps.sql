-- On each day of a ranking, the board of its kind on which the best Chinese score stands best against the best other
-- one.
-- Decision: boards of text, video, image and sound are watched apart: a lead in one says nothing of another. The kind
-- is a word of the board's id, after the last "to" if it has one: image-to-video is video. Without such a word: text.
-- Decision: every board counts with its newest ranking up to that day; boards that tell places only have no scores.
-- Decision: scores of different boards are compared as parts of the best other score.
with entries as (
    select * from {{ ref('leaderboard_rank') }} where not ends_with(board_id, '-places')
),

rankings as (
    select
        board_id,
        ranking_date,
        max(cast(score as decimal(28, 9))) filter (where is_chinese) as chinese_score,
        max(cast(score as decimal(28, 9))) filter (where not is_chinese) as other_score
    from entries
    group by board_id, ranking_date
),

named as (
    select
        *,
        string_split_regex(regexp_replace(board_id, '^.*[._-]to[._-]', ''), '[._-]') as words
    from rankings
),

kinds as (
    select
        * exclude (words),
        case
            when list_contains(words, 'video') then 'video'
            when list_contains(words, 'image') then 'image'
            when list_has_any(words, ['audio', 'sound', 'speech', 'voice', 'music', 'tts']) then 'sound'
            else 'text'
        end as kind
    from named
),

days as (
    select distinct
        kind,
        ranking_date as on_date
    from kinds
),

newest as (
    select
        days.on_date,
        days.kind,
        kinds.board_id,
        kinds.chinese_score - kinds.other_score as gap,
        abs(kinds.other_score) as scale
    from days
    inner join kinds on days.kind = kinds.kind and days.on_date >= kinds.ranking_date
    where kinds.chinese_score is not null and kinds.other_score is not null
    qualify row_number() over (partition by days.on_date, kinds.board_id order by kinds.ranking_date desc) = 1
),

final as (
    select on_date, kind, board_id, gap, scale
    from newest
    qualify row_number() over (
        partition by on_date, kind
        order by cast(gap as double) / nullif(cast(scale as double), 0) desc nulls last, board_id asc
    ) = 1
)

select * from final
