-- How each company's value moved from one session to the next, and what moved it: the price or the share count.
-- Decision: a move within one line is in its own currency, so that no rate is taken for a move; from one line to
-- another it is in USD.
-- Decision: it is a move of one session if the line is the same and misses no session of its market between the two. A
-- market has a session where any of its lines has a close. Where none has, more weekdays in a row than it ever closes,
-- one in the United States and three elsewhere, are missed too.
with sessions as (
    select distinct
        session_date,
        if(contains(symbol, '.'), split_part(symbol, '.', 2), 'US') as market
    from {{ ref('int_quotes_selected') }}
    where isodow(session_date) < 6
),

numbered as (
    select *, row_number() over (partition by market order by session_date asc) as session_number
    from sessions
),

caps as (
    select
        *,
        if(contains(symbol, '.'), split_part(symbol, '.', 2), 'US') as market,
        cast(close_price as double) as price,
        cast(shares_issued as double) / units_per_line as lines_count
    from {{ ref('int_market_caps') }}
),

paired as (
    select
        caps.*,
        lag(caps.symbol) over by_session as symbol_before,
        lag(caps.session_date) over by_session as date_before,
        lag(caps.market_cap_cents) over by_session as cents_before,
        caps.price / nullif(lag(caps.price) over by_session, 0) as price_ratio,
        caps.lines_count / nullif(lag(caps.lines_count) over by_session, 0) as count_ratio,
        numbered.session_number - lag(numbered.session_number) over by_session as sessions_apart
    from caps
    left join numbered on caps.market = numbered.market and caps.session_date = numbered.session_date
    window by_session as (partition by caps.company_id order by caps.session_date)
),

final as (
    select
        company_id,
        session_date,
        market_cap_cents,
        cents_before,
        price_ratio,
        count_ratio,
        symbol = symbol_before as is_same_line,
        if(symbol = symbol_before, price_ratio * count_ratio, market_cap_cents / nullif(cents_before, 0))
            as value_ratio,
        symbol = symbol_before
        and coalesce(sessions_apart, 1) = 1
        and len(list_filter(
            generate_series(date_before + 1, session_date - 1, interval 1 day), lambda day: isodow(day) < 6
        )) <= if(market = 'US', 1, 3) as is_one_session
    from paired
    where date_before is not null
)

select * from final
