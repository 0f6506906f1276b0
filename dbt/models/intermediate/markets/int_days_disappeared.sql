-- The days of closes, share counts and rates, and whether one has disappeared: its source stated it once, and a newer
-- complete fetch that asked for it no longer does.
-- Decision: the older statement is kept, and the gate holds what it feeds; a day that the source states again,
-- or its twin, has not disappeared.
with dated as (
    select 'closes' as kind, session_date as stated_date, source_id, observed_at from {{ ref('int_quotes_selected') }}
    union all
    select 'counts', count_date, source_id, observed_at from {{ ref('int_shares_selected') }}
    union all
    select 'rates', rate_date, source_id, observed_at from {{ ref('int_fx_selected') }}
),

stated as (
    select *
    from dated
    qualify row_number() over (partition by kind, stated_date order by observed_at desc, source_id asc) = 1
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where is_complete
),

final as (
    select
        stated.kind,
        stated.stated_date,
        count(fetches.fetch_id) > 0 as has_disappeared
    from stated
    left join fetches
        on
            stated.source_id = fetches.source_id
            and stated.observed_at < fetches.observed_at
            and {{ states_day('fetches', 'stated.stated_date') }}
    group by stated.kind, stated.stated_date
)

select * from final
