-- Tokens of whole windows, and their growth over the window a year earlier.
-- Decision: all tokens, `other` included: a total of named models would grow and shrink with the fifty's cut.
with spans as (
    select * from {{ ref('int_claims_spanned_router') }}
),

daily as (
    select usage_date, sum(tokens) as tokens
    from {{ ref('fct_usage_daily') }}
    group by usage_date
),

totals as (
    select spans.*, sum(daily.tokens) as tokens
    from spans
    inner join daily on daily.usage_date between spans.start_date and spans.end_date
    group by all
),

grown as (
    select totals.*, earlier.tokens as year_ago_tokens
    from totals
    left join totals as earlier
        on totals.span_name = earlier.span_name and totals.year_ago_date = earlier.end_date
),

final as (
    select
        'router_tokens' as about,
        '' as entity,
        'all' as method,
        1 as preference,
        span_name,
        end_date,
        tokens as numerator,
        null as denominator
    from grown
    where is_asked
    union all
    select 'router_growth', '', 'all', 1, span_name, end_date, tokens, year_ago_tokens
    from grown
    where is_asked and year_ago_tokens is not null
)

select * from final
