-- On each day of a ranking, the board on which the best Chinese score stands best against the best other one.
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

days as (
    select distinct ranking_date as on_date from rankings
),

newest as (
    select
        days.on_date,
        rankings.board_id,
        rankings.chinese_score - rankings.other_score as gap,
        abs(rankings.other_score) as scale
    from days
    inner join rankings on days.on_date >= rankings.ranking_date
    where rankings.chinese_score is not null and rankings.other_score is not null
    qualify row_number() over (partition by days.on_date, rankings.board_id order by rankings.ranking_date desc) = 1
),

final as (
    select on_date, board_id, gap, scale
    from newest
    qualify row_number() over (
        partition by on_date
        order by cast(gap as double) / nullif(cast(scale as double), 0) desc nulls last, board_id asc
    ) = 1
)

select * from final
