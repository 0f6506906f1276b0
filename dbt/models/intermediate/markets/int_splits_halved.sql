-- The moves that look like half of a split: a price that fell in the ratio of a usual one while its count stood, or a
-- count that moved so while the price did not answer.
-- Decision: near means within a twentieth of the move itself, so that the small ratios do not catch every bad day.
-- Decision: a fall that another company shares, at least by half, is the market's.
-- Decision: a price that rises so is no split: shares are merged many into one, and `split_suspected` sees that.
with moves as (
    select
        *,
        least(count_ratio, 1 / count_ratio) as count_part,
        list_sort(list(value_ratio) over (partition by session_date)) as falls
    from {{ ref('int_session_moves') }}
    where is_same_line
),

usual as (
    select
        split_ratio,
        (1 - split_ratio) / 20 as tolerance
    from (select unnest([1 / 2, 3 / 5, 2 / 3, 3 / 4, 4 / 5, 5 / 6, 10 / 11]) as split_ratio)
),

final as (
    select distinct
        moves.company_id,
        moves.session_date,
        moves.value_ratio
    from moves
    inner join usual
        on (
            moves.count_ratio = 1
            and abs(moves.price_ratio - usual.split_ratio) <= usual.tolerance
            and coalesce(2 * (1 - if(falls[1] = value_ratio, falls[2], falls[1])) < 1 - value_ratio, true)
        ) or (
            abs(moves.count_part - usual.split_ratio) <= usual.tolerance
            and abs(moves.value_ratio - 1) > abs(moves.count_ratio - 1) / 2
        )
)

select * from final
