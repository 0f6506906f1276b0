-- The fetch that speaks for each usage day: the newest complete one of the chosen sources which states the day.
-- Decision: one fetch states the whole day. Rows of two fetches are never mixed: a model that left the fifty most used
-- is in the newer `other` already and would count twice.
-- Decision: of two fetches of one moment the one completed later speaks, by the offset of its fetch.completed.
with stated as (
    select * from {{ ref('int_usage_stated') }}
),

final as (
    select usage_date, source_id, fetch_id, observed_at
    from stated
    where
        list_contains({{ var('usage_sources') }}, source_id)
        and {{ is_let_in(['int_usage_provenance'], 'stated.usage_date', 'stated.fetch_id') }}
    qualify row_number() over (
        partition by usage_date order by observed_at desc, completed_offset desc, fetch_id desc
    ) = 1
)

select * from final
