-- What the gates judge about disclosed figures in USD: what they judge about the figures, and about the rates.
with final as (
    select check_name, key, observed from {{ ref('int_disclosure_evidence') }}
    union all
    select check_name, key, observed from {{ ref('int_rate_evidence') }}
)

select * from final
