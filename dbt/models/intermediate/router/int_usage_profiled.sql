-- Each selected day in one row: what the gates judge about it, before any metric is believed.
with usage as (
    select * from {{ ref('int_usage_selected') }}
),

attributed as (
    select * from {{ ref('int_usage_attributed') }}
),

unknown as (
    select
        usage_date,
        sum(tokens) filter (where origin = 'unknown') as unknown_tokens,
        sum(tokens) filter (where is_unmapped) as unmapped_tokens
    from attributed
    group by usage_date
),

unmapped as (
    select usage_date, sum(tokens) as unmapped_openness_tokens
    from {{ ref('int_usage_unmapped') }}
    where kind = 'openness'
    group by usage_date
),

days as (
    select
        usage_date,
        sum(tokens) as tokens,
        count(*) filter (where not is_other) as named_rows_count,
        coalesce(sum(rows_count) filter (where is_other), 0) as other_rows_count,
        count(*) filter (where is_conflicting) as conflicting_keys_count
    from usage
    group by usage_date
),

final as (
    select
        days.*,
        coalesce(unknown.unknown_tokens, 0) as unknown_tokens,
        coalesce(unknown.unmapped_tokens, 0) as unmapped_tokens,
        coalesce(unmapped.unmapped_openness_tokens, 0) as unmapped_openness_tokens
    from days
    left join unknown on days.usage_date = unknown.usage_date
    left join unmapped on days.usage_date = unmapped.usage_date
)

select * from final
