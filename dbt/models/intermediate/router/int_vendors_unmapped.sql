-- Authors that nobody has mapped to a vendor, the heaviest first: what to add to the seed `authors` next.
with usage as (
    select * from {{ ref('int_usage_selected') }} where not is_other
),

attributed as (
    select * from {{ ref('int_models_attributed') }} where vendor_id = 'unknown' and not is_stealth
),

final as (
    select
        split_part(usage.model_id, '/', 1) as author,
        cast(sum(usage.tokens) as bigint) as tokens,
        min(usage.usage_date) as first_usage_date,
        max(usage.usage_date) as last_usage_date
    from usage
    inner join attributed on usage.model_id = attributed.model_id and usage.usage_date = attributed.on_date
    group by author
    order by tokens desc, author asc
)

select * from final
