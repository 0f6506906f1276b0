-- The count of all issued shares for each line and day of counting, as the fetch that speaks for it states it.
-- Decision: of two counts for one key in one fetch the lower is kept; `is_conflicting` tells the gate, which holds.
with counts as (
    select * from {{ ref('stg_share_count_observed') }}
),

stated as (
    select counts.*, spoken.completed_offset
    from counts
    inner join {{ ref('int_counts_stated') }} as spoken
        on
            counts.fetch_id = spoken.fetch_id
            and counts.count_date = spoken.count_date
            and counts.symbol = spoken.symbol
),

newest as (
    select *
    from stated
    qualify
        (observed_at, source_id, completed_offset, fetch_id)
        = max((observed_at, source_id, completed_offset, fetch_id)) over (partition by symbol, count_date)
),

final as (
    select
        *,
        min(row(shares_issued, units_per_line)) over one_key
        < max(row(shares_issued, units_per_line)) over one_key as is_conflicting
    from newest
    window one_key as (partition by symbol, count_date)
    qualify row_number() over (
        partition by symbol, count_date order by shares_issued asc, units_per_line asc, event_id asc
    ) = 1
)

select * from final
