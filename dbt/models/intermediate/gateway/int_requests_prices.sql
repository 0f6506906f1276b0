-- The fetches behind the list prices of each day's requests, and behind the names that join the two.
with requests as (
    select distinct usage_date, price_fetch_id, entry_fetch_id
    from {{ ref('int_requests_counted') }}
),

final as (
    select usage_date, price_fetch_id as fetch_id from requests where price_fetch_id is not null
    union
    select usage_date, entry_fetch_id from requests where entry_fetch_id is not null
)

select * from final
