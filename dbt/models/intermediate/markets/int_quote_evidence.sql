-- What the gates judge about closes alone, one row per check and key.
with sessions as (
    select
        cast(session_date as varchar) as session_key,
        count(*) as closes_count,
        count(*) filter (where is_conflicting) as conflicting_count
    from {{ ref('int_quotes_selected') }}
    group by session_date
),

foreign_lines as (
    select
        cast(quotes.session_date as varchar) as session_key,
        count(*) filter (where quotes.currency <> listings.currency) as foreign_count
    from {{ ref('int_quotes_selected') }} as quotes
    inner join {{ ref('company_lines') }} as listings on quotes.symbol = listings.symbol
    group by quotes.session_date
),

moves as (
    select
        session_date,
        symbol,
        cast(close_price as double) / nullif(
            median(cast(close_price as double)) over (
                partition by symbol order by session_date asc rows between 5 preceding and 1 preceding
            ), 0
        ) as line_moved,
        cast(close_price as double)
        / nullif(lag(cast(close_price as double)) over (partition by symbol order by session_date asc), 0) as moved
    from {{ ref('int_quotes_selected') }}
),

middles as (
    select cast(session_date as varchar) as session_key, median(greatest(moved, 1 / moved)) as moved
    from moves
    where moved is not null
    group by session_date
    having count(*) >= 3
),

fetches as (
    select * from {{ ref('int_fetches_verified') }}
    where source_id in ('eodhd_quotes', 'quotes_dropped')
),

final as (
    select 'closes' as check_name, session_key as key, cast(closes_count as double) as observed from sessions
    union all
    select 'conflicting_keys', session_key, conflicting_count from sessions
    union all
    select 'foreign_currency', session_key, foreign_count from foreign_lines
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
    union all
    select 'middle_move', session_key, moved from middles
    union all
    select 'restated_middle', cast(stated_date as varchar) || ' ' || entity, restated_middle
    from {{ ref('int_closes_restated') }}
    union all
    select 'close_moved', cast(session_date as varchar) || ' ' || symbol, greatest(line_moved, 1 / line_moved)
    from moves
    where line_moved is not null
    union all
    select check_name, key, observed from {{ ref('int_missing_evidence') }} where kind = 'closes'
)

select * from final
