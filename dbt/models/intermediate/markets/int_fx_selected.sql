-- The reference rate of each pair and TARGET day, as the fetch that speaks for it states it.
-- Decision: where the bank itself and the bundled copy of its file were read at one moment, the bank speaks.
with rates as (
    select * from {{ ref('stg_fx_observed') }}
),

stated as (
    select
        rates.*,
        rates.source_id <> 'ecb_bundled' as is_original,
        spoken.completed_offset
    from rates
    inner join {{ ref('int_rates_stated') }} as spoken
        on
            rates.fetch_id = spoken.fetch_id
            and rates.rate_date = spoken.rate_date
            and rates.base_currency = spoken.base_currency
            and rates.quote_currency = spoken.quote_currency
),

newest as (
    select *
    from stated
    qualify
        (observed_at, is_original, completed_offset, fetch_id) = max(
            (observed_at, is_original, completed_offset, fetch_id)
        ) over (partition by rate_date, base_currency, quote_currency)
),

final as (
    select
        *,
        min(rate) over one_key < max(rate) over one_key as is_conflicting
    from newest
    window one_key as (partition by rate_date, base_currency, quote_currency)
    qualify row_number() over (
        partition by rate_date, base_currency, quote_currency order by rate asc, event_id asc
    ) = 1
)

select * from final
