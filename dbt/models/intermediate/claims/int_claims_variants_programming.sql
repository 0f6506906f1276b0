-- Every number that the router's programming slice gives for what a claim may be about.
-- Decision: weeks alone: the upstream states the slice by the week, and nobody can cut one into days.
-- Decision: a vendor's part is published over all programming tokens; tried for a claim's sake: over those whose vendor
-- is known, and as if all of the unknown were the vendor's.
with weeks as (
    select * from {{ ref('programming_share_weekly') }}
),

vendors as (
    select * from {{ ref('vendor_programming_share_weekly') }}
),

parts as (
    select
        vendors.week_start_date,
        vendors.vendor_id,
        vendors.tokens,
        weeks.category_tokens,
        coalesce(unknowns.tokens, 0) as unknown_tokens
    from vendors
    inner join weeks on vendors.week_start_date = weeks.week_start_date
    left join vendors as unknowns
        on vendors.week_start_date = unknowns.week_start_date and unknowns.vendor_id = 'unknown'
),

ways as (
    select
        week_start_date,
        vendor_id,
        unnest([
            { 'method': 'of_all', 'preference': 1, 'own': tokens, 'whole': category_tokens },
            { 'method': 'of_known', 'preference': 2, 'own': tokens, 'whole': category_tokens - unknown_tokens },
            { 'method': 'upper', 'preference': 3, 'own': tokens + unknown_tokens, 'whole': category_tokens }
        ]) as way
    from parts
),

final as (
    select
        'programming_share' as about,
        '' as entity,
        'of_all' as method,
        1 as preference,
        'week' as span_name,
        week_start_date + 6 as end_date,
        category_tokens as numerator,
        tokens as denominator
    from weeks
    union all
    select
        'vendor_programming_share', vendor_id, way['method'], way['preference'], 'week', week_start_date + 6,
        way['own'], way['whole']
    from ways
    where way['method'] = 'of_all' or vendor_id <> 'unknown'
)

select * from final
