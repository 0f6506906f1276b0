-- Decision: over all programming tokens, `other` included, so a vendor's part is a floor; `unknown` is a row like any
-- vendor: `other`, stealth models, authors nobody mapped.
-- Decision: the weeks of programming_share_weekly, so that the two always speak of the same ones.
with vendors as (
    select week_start_date, vendor_id, sum(tokens) as tokens
    from {{ ref('int_category_selected') }}
    where category = 'programming'
    group by week_start_date, vendor_id
),

final as (
    select
        vendors.week_start_date,
        vendors.vendor_id,
        cast(vendors.tokens as bigint) as tokens,
        vendors.tokens / nullif(weeks.category_tokens, 0) as vendor_share
    from vendors
    inner join {{ ref('programming_share_weekly') }} as weeks on vendors.week_start_date = weeks.week_start_date
)

select * from final
