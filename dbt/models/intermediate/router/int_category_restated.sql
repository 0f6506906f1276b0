-- How many times the tokens of the weeks that an answer restates are what was first stated of them (restated_middles).
with chosen as (
    select category as entity, week_start_date as stated_date, fetch_id, cast(sum(tokens) as double) as amount
    from {{ ref('int_category_selected') }}
    group by category, week_start_date, fetch_id
),

stated as (
    select
        observed.category as entity,
        observed.week_start_date as stated_date,
        fetches.fetch_id,
        cast(sum(observed.tokens) as double) as amount,
        any_value(row(fetches.observed_at, fetches."offset", fetches.fetch_id)) as told_at
    from {{ ref('stg_usage_category_observed') }} as observed
    inner join {{ ref('int_fetches_verified') }} as fetches on observed.fetch_id = fetches.fetch_id
    where fetches.is_complete
    group by observed.category, observed.week_start_date, fetches.fetch_id
),

final as (
    {{ restated_middles('chosen', 'stated') }}
)

select * from final
