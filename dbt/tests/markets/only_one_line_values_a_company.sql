-- Two lines of one company are one company: a session has one market value for it, from the line it is valued by.
select
    company_id,
    session_date,
    count(*) as values_count
from {{ ref('market_cap_daily') }}
group by company_id, session_date
having count(*) > 1
union all
select company_id, session_date, count(*)
from {{ ref('int_closes_mapped') }}
group by company_id, session_date
having count(*) > 1
