-- How many times the rates of a pair that an answer restates are what was first stated of them (restated_middles).
with chosen as (
    select
        base_currency || '/' || quote_currency as entity,
        rate_date as stated_date,
        fetch_id,
        cast(rate as double) as amount
    from {{ ref('int_fx_selected') }}
),

stated as (
    select
        rates.base_currency || '/' || rates.quote_currency as entity,
        rates.rate_date as stated_date,
        rates.fetch_id,
        cast(rates.rate as double) as amount,
        row(rates.observed_at, rates.source_id, fetches."offset", rates.event_id) as told_at
    from {{ ref('stg_fx_observed') }} as rates
    inner join {{ ref('int_fetches_verified') }} as fetches on rates.fetch_id = fetches.fetch_id
    where fetches.is_complete
),

final as (
    {{ restated_middles('chosen', 'stated') }}
)

select * from final
