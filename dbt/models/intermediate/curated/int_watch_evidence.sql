-- What the gates judge about the watches: what they judge about the figures and the boards that are read.
with final as (
    select check_name, key, observed from {{ ref('int_disclosure_evidence') }}
    union all
    select check_name, key, observed from {{ ref('int_entry_evidence') }}
)

select * from final
