-- Tickers without a company, by their sessions with a close, each with the line to propose: the known line of the same
-- symbol but for leading zeros and the ending `.US`.
with unmapped as (
    select
        *,
        ltrim(regexp_replace(symbol, '\.US$', ''), '0') as symbol_key
    from {{ ref('int_tickers_unmapped') }}
),

totals as (
    select count(*) as sessions_count from {{ ref('int_quotes_selected') }}
),

lines as (
    select
        *,
        ltrim(symbol, '0') as symbol_key
    from {{ ref('company_lines') }}
),

proposed as (
    select
        unmapped.symbol,
        first(
            json_object(
                'company_id', lines.company_id,
                'preference', cast(lines.preference as varchar),
                'exchange', lines.exchange,
                'currency', lines.currency,
                'units_per_line', cast(lines.units_per_line as varchar),
                'valid_from', cast(lines.valid_from as varchar)
            )
            order by lines.symbol
        ) as proposal
    from unmapped
    inner join lines on unmapped.symbol_key = lines.symbol_key
    group by unmapped.symbol
),

final as (
    select
        'ticker' as kind,
        unmapped.symbol as name,
        cast(unmapped.sessions_count as bigint) as mass,
        unmapped.sessions_count / nullif(totals.sessions_count, 0) as share,
        unmapped.first_session_date as first_seen,
        cast(proposed.proposal as varchar) as proposal
    from unmapped
    cross join totals
    left join proposed on unmapped.symbol = proposed.symbol
)

select * from final
