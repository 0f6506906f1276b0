{# The daily value of each company with the flag `is_member`, and of all of them together. #}
{% macro company_values(companies, is_member) -%}
with parts as (
    select value_date, company_id, value_cents, basis, basis_date, is_stale
    from {{ companies }}
    where {{ is_member }}
),

totals as (
    select
        value_date,
        'total' as company_id,
        cast(sum(value_cents) as bigint) as value_cents,
        if(min(basis) = max(basis), min(basis), 'mixed') as basis,
        min(basis_date) as basis_date,
        bool_or(is_stale) as is_stale
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
        basis_date,
        is_stale
    from together
)

select * from final
{%- endmacro %}
