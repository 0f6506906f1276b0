-- Tokens of whole windows, and their growth over the window a year earlier, with `other` and without.
with spans as (
    select * from {{ ref('int_claims_spanned') }}
),

days as (
    select
        usage_date,
        unnest([{'method': 'all', 'is_inside': true}, {'method': 'named', 'is_inside': model_id <> 'other'}]) as label,
        tokens
    from {{ ref('fct_usage_daily') }}
),

daily as (
    select usage_date, label.method as method, sum(tokens) as tokens
    from days
    where label.is_inside
    group by usage_date, label.method
),

totals as (
    select spans.*, daily.method, sum(daily.tokens) as tokens
    from spans
    inner join daily on daily.usage_date between spans.start_date and spans.end_date
    group by all
),

final as (
    select
        'router_tokens' as about,
        '' as entity,
        method,
        if(method = 'all', 1, 2) as preference,
        span_name,
        end_date,
        tokens as numerator,
        null as denominator
    from totals
    where is_asked
    union all
    select 'router_growth', '', grown.method, if(grown.method = 'all', 1, 2), grown.span_name, grown.end_date,
        grown.tokens, earlier.tokens
    from totals as grown
    inner join totals as earlier
        on
            grown.span_name = earlier.span_name and grown.year_ago_date = earlier.end_date
            and grown.method = earlier.method
    where grown.is_asked and earlier.tokens > 0
)

select * from final
