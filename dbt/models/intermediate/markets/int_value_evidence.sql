-- What the gates judge about the values of companies: what they judge about market values, and about what was disclosed
-- where there is none; and how many days old a market value is on the newest day.
-- Decision: of the figures that are gone from their file a valuation alone takes something from these values.
with values_aged as (
    select
        value_date || ' ' || company_id as key,
        value_date - basis_date as days_count,
        is_pureplay,
        is_platform
    from {{ ref('int_companies_valued') }}
    where basis = 'listed'
    qualify value_date = max(value_date) over ()
),

final as (
    select check_name, key, observed from {{ ref('int_cap_evidence') }}
    union all
    select check_name, key, observed from {{ ref('int_disclosure_evidence') }}
    where check_name <> 'withdrawn_rows' or starts_with(key, 'valuation ')
    union all
    select 'stale_pureplays', key, days_count from values_aged where is_pureplay
    union all
    select 'stale_platforms', key, days_count from values_aged where is_platform
)

select * from final
