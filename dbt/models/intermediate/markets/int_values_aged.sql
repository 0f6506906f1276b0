-- How many days old the market value of each company is on the newest day.
select
    value_date || ' ' || company_id as key,
    value_date - basis_date as days_count,
    is_pureplay,
    is_platform
from {{ ref('int_companies_valued') }}
where basis = 'listed'
qualify value_date = max(value_date) over ()
