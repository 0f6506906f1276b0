-- What a person curates by hand: one row per key, one line per place of preference, and no company that is not listed.
with final as (
    select symbol, 'company not listed: ' || company_id as problem
    from {{ ref('company_lines') }}
    where company_id not in (select companies.company_id from {{ ref('companies') }} as companies)
    union all
    select symbol, 'more than one row at a time'
    from {{ ref('company_lines') }}
    group by symbol, valid_from
    having count(*) > 1
    union all
    select company_id, 'two lines of one preference'
    from {{ ref('company_lines') }}
    group by company_id, preference
    having count(*) > 1
    union all
    select company_id, 'more than one company of that id'
    from {{ ref('companies') }}
    group by company_id
    having count(*) > 1
)

select * from final
