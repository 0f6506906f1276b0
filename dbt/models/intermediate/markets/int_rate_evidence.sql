-- What the gates judge about reference rates, one row per check and key.
with rates as (
    select
        *,
        cast(rate_date as varchar) as day_key,
        cast(rate as double) / nullif(
            lag(cast(rate as double)) over (partition by base_currency, quote_currency order by rate_date asc), 0
        ) as moved_ratio
    from {{ ref('int_fx_selected') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where source_id in ('ecb_rates', 'ecb_bundled')
),

final as (
    select
        'conflicting_keys' as check_name,
        day_key as key,
        cast(count(*) filter (where is_conflicting) as double) as observed
    from rates
    group by day_key
    union all
    select 'rate_moved', day_key, max(abs(moved_ratio - 1)) from rates where moved_ratio is not null group by day_key
    union all
    select 'restated_middle', cast(stated_date as varchar) || ' ' || entity, restated_middle
    from {{ ref('int_rates_restated') }}
    union all
    select check_name, key, observed from {{ ref('int_missing_evidence') }} where kind = 'rates'
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
)

select * from final
