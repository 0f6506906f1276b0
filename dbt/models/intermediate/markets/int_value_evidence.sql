-- What the gates judge about the values of companies: what they judge about market values, and about what was disclosed
-- where there is none.
-- Decision: of the figures that are gone from their file a valuation alone takes something from these values.
with final as (
    select check_name, key, observed from {{ ref('int_cap_evidence') }}
    union all
    select check_name, key, observed from {{ ref('int_disclosure_evidence') }}
    where check_name <> 'withdrawn_rows' or starts_with(key, 'valuation ')
)

select * from final
