-- The fetch that speaks for each week of a category: the newest complete one which states the week.
-- Decision: one fetch states the whole week; a model that left the fifty most used is in the newer `other` already.
-- Decision: a week is complete for a fetch observed after its Sunday; the running week is never used.
with usage as (
    select * from {{ ref('stg_usage_category_observed') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where is_complete
),

stated as (
    select distinct
        usage.category,
        usage.week_start_date,
        fetches.fetch_id,
        fetches.observed_at,
        fetches."offset" as completed_offset
    from usage
    inner join fetches on usage.fetch_id = fetches.fetch_id
    where
        usage.week_start_date + 7 <= fetches.observed_date
        and {{ is_let_in(['int_category_provenance'], 'usage.week_start_date', 'fetches.fetch_id') }}
),

final as (
    select category, week_start_date, fetch_id, observed_at
    from stated
    qualify row_number() over (
        partition by category, week_start_date order by observed_at desc, completed_offset desc, fetch_id desc
    ) = 1
)

select * from final
