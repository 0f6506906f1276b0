-- Decision: the total is over the companies that have a value by that day; one that joins later lifts it.
-- Decision: the total is as old as its oldest part, and mixed where it adds market values and disclosures.
with parts as (
    select value_date, company_id, value_cents, basis, basis_date
    from {{ ref('int_companies_valued') }}
    where is_pureplay
),

totals as (
    select
        value_date,
        'total' as company_id,
        cast(sum(value_cents) as bigint) as value_cents,
        if(min(basis) = max(basis), min(basis), 'mixed') as basis,
        min(basis_date) as basis_date
    from parts
    group by value_date
),

together as (
    select * from parts
    union all
    select * from totals
),

final as (
    select
        value_date,
        company_id,
        value_cents / cast(100 as double) as value_usd,
        basis,
        basis_date
    from together
)

select * from final
