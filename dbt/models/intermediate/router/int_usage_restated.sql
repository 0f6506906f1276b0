-- How many times the tokens of the days that an answer restates are what was first stated of them (restated_middles).
with chosen as (
    select 'usage' as entity, usage_date as stated_date, fetch_id, cast(sum(tokens) as double) as amount
    from {{ ref('int_usage_selected') }}
    group by usage_date, fetch_id
),

stated as (
    select
        'usage' as entity,
        fetches.usage_date as stated_date,
        fetches.fetch_id,
        cast(sum(observed.tokens) as double) as amount,
        any_value(row(fetches.observed_at, fetches.completed_offset, fetches.fetch_id)) as told_at
    from {{ ref('stg_usage_observed') }} as observed
    inner join {{ ref('int_usage_stated') }} as fetches
        on observed.fetch_id = fetches.fetch_id and observed.usage_date = fetches.usage_date
    where list_contains({{ var('usage_sources') }}, fetches.source_id)
    group by fetches.usage_date, fetches.fetch_id
),

final as (
    {{ restated_middles('chosen', 'stated') }}
)

select * from final
