-- The moves that look like half of a split: a price that fell in the ratio of a usual one while its count stood.
-- Decision: near means within a twentieth of the move itself, so that the small ratios do not catch every bad day.
-- Decision: a fall that another company shares, at least by half, is the market's.
-- Decision: a price that rises so is no split: shares are merged many into one, and `split_suspected` sees that.
with moves as (
    select
        *,
        list_sort(list(value_ratio) over (partition by session_date)) as session_ratios
    from {{ ref('int_session_moves') }}
    where is_same_line
),

beside as (
    select
        *,
        coalesce(if(session_ratios[1] = value_ratio, session_ratios[2], session_ratios[1]), 1) as others_ratio
    from moves
),

ratios as (
    select unnest([1 / 2, 3 / 5, 2 / 3, 3 / 4, 4 / 5, 5 / 6, 10 / 11]) as split_ratio
),

usual as (
    select
        split_ratio,
        (1 - split_ratio) / 20 as tolerance
    from ratios
),

final as (
    select distinct
        beside.company_id,
        beside.session_date,
        beside.value_ratio
    from beside
    inner join usual
        on abs(beside.price_ratio - usual.split_ratio) <= usual.tolerance
    where beside.count_ratio = 1 and 2 * (1 - beside.others_ratio) < 1 - beside.value_ratio
)

select * from final
