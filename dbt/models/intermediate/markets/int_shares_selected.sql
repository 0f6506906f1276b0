-- The count of all issued shares for each line and day of counting, as the newest complete fetch states it.
-- Decision: of two counts for one key in one fetch the lower is kept; `is_conflicting` tells the gate, which holds.
with counts as (
    select * from {{ ref('stg_share_count_observed') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where is_complete
),

stated as (
    select
        counts.*,
        fetches."offset" as completed_offset
    from counts
    inner join fetches on counts.fetch_id = fetches.fetch_id
    where {{ is_let_in(['int_shares_selected'], 'counts.count_date', 'counts.fetch_id', ['counts.symbol']) }}
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
