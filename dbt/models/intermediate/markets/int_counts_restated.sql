-- How many times each share count that stands is what was first stated of its line and day, or the other way round.
-- Decision: compared with the first statement, not the last, so that a wrong unit stays wrong on the second day; what a
-- person has let through stays released.
with stated as (
    select
        counts.symbol,
        counts.count_date,
        counts.shares_issued / counts.units_per_line as lines_count,
        row(counts.observed_at, counts.source_id, counts.event_id) as told_at
    from {{ ref('stg_share_count_observed') }} as counts
    inner join {{ ref('int_fetches_verified') }} as fetches on counts.fetch_id = fetches.fetch_id
    where fetches.is_complete
),

firsts as (
    select symbol, count_date, arg_min(lines_count, told_at) as first_count
    from stated
    group by symbol, count_date
),

standing as (
    select symbol, count_date, shares_issued / units_per_line as newest_count from {{ ref('int_shares_selected') }}
),

final as (
    select
        standing.symbol,
        standing.count_date,
        greatest(firsts.first_count, standing.newest_count)
        / nullif(least(firsts.first_count, standing.newest_count), 0) as restated_ratio
    from standing
    inner join firsts on standing.symbol = firsts.symbol and standing.count_date = firsts.count_date
)

select * from final
