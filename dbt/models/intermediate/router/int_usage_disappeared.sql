-- The days that a source stated once and that a newer complete fetch states without a row.
-- Decision: the older statement is kept meanwhile (int_usage_provenance), and the gate holds what it feeds; a day that
-- a still newer fetch states again has not disappeared.
with stated as (
    select usage_date, source_id, max(observed_at) as observed_at
    from {{ ref('int_usage_stated') }}
    group by usage_date, source_id
),

fetches as (
    select * from {{ ref('int_fetches_verified') }}
    where is_complete and list_contains({{ var('usage_sources') }}, source_id)
),

final as (
    select distinct stated.usage_date
    from stated
    inner join fetches on stated.source_id = fetches.source_id
    where
        stated.observed_at < fetches.observed_at
        and {{ states_day('fetches', 'stated.usage_date') }}
)

select * from final
