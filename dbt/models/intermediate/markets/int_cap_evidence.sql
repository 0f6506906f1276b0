-- What the gates judge about market values: the closes behind them, their share counts and rates.
-- `split_suspected` is how far a company's value moved in its own currency from one session to the next, from a
-- twentieth on: a price that falls to a tenth, and a count that does not grow tenfold on that day, is half of a split.
with mapped as (
    select
        *,
        cast(session_date as varchar) as session_key
    from {{ ref('int_closes_mapped') }}
),

moves as (
    select session_date || ' ' || company_id as key, abs(value_ratio - 1) as moved
    from {{ ref('int_session_moves') }}
    where abs(value_ratio - 1) >= 0.05
),

halved as (
    select session_date || ' ' || company_id as key, value_ratio from {{ ref('int_splits_halved') }}
),

sessions as (
    select
        session_key,
        count(*) as closes_count,
        count(*) filter (where usd_rate is null) as unconverted_count,
        count(*) filter (where currency <> line_currency) as foreign_count
    from mapped
    group by session_key
),

keys as (
    select cast(session_date as varchar) as key, is_conflicting from {{ ref('int_quotes_selected') }}
    union all
    select cast(count_date as varchar), is_conflicting from {{ ref('int_shares_selected') }}
    union all
    select cast(rate_date as varchar), is_conflicting from {{ ref('int_fx_selected') }}
),

restated as (
    select * from {{ ref('int_closes_restated') }}
    union all
    select * from {{ ref('int_rates_restated') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }}
    where source_id in ('eodhd_quotes', 'quotes_dropped', 'edgar_shares', 'shares_dropped', 'ecb_rates', 'ecb_bundled')
),

final as (
    select 'closes' as check_name, session_key as key, cast(closes_count as double) as observed from sessions
    union all
    select 'split_suspected', key, moved from moves
    union all
    select 'usual_split', key, value_ratio from halved
    union all
    select 'unconverted_closes', session_key, unconverted_count from sessions
    union all
    select 'foreign_currency', session_key, foreign_count from sessions
    union all
    select 'conflicting_keys', key, count(*) filter (where is_conflicting) from keys group by key
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
    union all
    select 'restated_ratio', symbol || ' ' || cast(count_date as varchar), restated_ratio
    from {{ ref('int_counts_restated') }}
    union all
    select 'count_moved', cast(count_date as varchar) || ' ' || symbol, moved_ratio from {{ ref('int_counts_moved') }}
    union all
    select check_name, key, observed from {{ ref('int_missing_evidence') }} group by all
    union all
    select check_name, key, observed from {{ ref('int_rate_evidence') }} where check_name = 'rate_moved'
    union all
    select 'restated_middle', cast(stated_date as varchar) || ' ' || entity, restated_middle from restated
)

select * from final
