-- The hours of receipt that state something of each day: what is received within an hour counts as one fetch.
with final as (
    select distinct usage_date, fetch_id
    from {{ ref('int_requests_summed') }}
)

select * from final
