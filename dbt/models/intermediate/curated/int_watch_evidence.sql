-- What the gates judge about the watches: what they judge about the figures and the boards that are read.
with judged as (
    select * from {{ ref('int_disclosure_evidence') }}
    union all
    select * from {{ ref('int_entry_evidence') }}
),

final as (
    select 'conflicting_keys' as check_name, key, observed from judged where check_name = 'conflicting_keys'
    union all
    select 'incomplete_fetches', key, observed from judged where check_name = 'incomplete_fetches'
)

select * from final
