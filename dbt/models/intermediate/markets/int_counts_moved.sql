-- How many times each share count is the middle of the four before it of its line, or the other way round: a split
-- multiplies it by fifty at most, and a count in thousands by a thousand.
-- Decision: against the middle, so that a right count after a wrong one is not judged by it.
with counts as (
    select
        symbol,
        count_date,
        shares_issued / units_per_line as lines_count
    from {{ ref('int_shares_selected') }}
),

compared as (
    select
        symbol,
        count_date,
        lines_count / nullif(
            median(lines_count) over (
                partition by symbol order by count_date asc rows between 4 preceding and 1 preceding
            ),
            0
        ) as moved
    from counts
),

final as (
    select
        symbol,
        count_date,
        greatest(moved, 1 / nullif(moved, 0)) as moved_ratio
    from compared
    where moved is not null
)

select * from final
