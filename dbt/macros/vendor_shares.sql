{# Tokens and shares of each vendor in each period of `usage`; `period` is the column that dates it. #}
{% macro vendor_shares(usage, period) -%}
with vendors as (
    select
        {{ period }},
        vendor_id,
        sum(tokens) as tokens,
        coalesce(sum(tokens) filter (where not is_other), 0) as named_tokens,
        count(distinct usage_date) filter (where not is_other) as days_observed
    from {{ usage }}
    group by {{ period }}, vendor_id
),

totals as (
    select
        *,
        sum(tokens) over whole as all_tokens,
        sum(named_tokens) over whole as all_named_tokens,
        coalesce(sum(tokens) filter (where vendor_id = 'unknown') over whole, 0) as unknown_tokens
    from vendors
    window whole as (partition by {{ period }})
),

final as (
    select
        vendor_id,
        cast(tokens as bigint) as tokens,
        tokens / nullif(all_tokens, 0) as vendor_share,
        named_tokens / nullif(all_named_tokens, 0) as named_share,
        days_observed,
        if(vendor_id = 'unknown', tokens, tokens + unknown_tokens) / nullif(all_tokens, 0) as upper_share,
        {{ period }}
    from totals
)

select * from final
{%- endmacro %}
