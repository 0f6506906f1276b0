-- What the gates judge about the values of companies: what they judge about market values, and about what was disclosed
-- where there is none.
-- Decision: of what is judged about disclosed figures only valuations take something from these values.
with final as (
    select check_name, key, observed from {{ ref('int_cap_evidence') }}
    union all
    select check_name, key, observed from {{ ref('int_disclosure_evidence') }}
    where check_name = 'incomplete_fetches' or contains(' ' || key, ' valuation ')
)

select * from final
