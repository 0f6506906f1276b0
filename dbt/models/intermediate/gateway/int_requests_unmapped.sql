-- Authors of requested models that nobody has mapped to a vendor, the heaviest first.
with requests as (
    select * from {{ ref('int_requests_counted') }} where is_counted and status = 'success' and vendor_id = 'unknown'
),

final as (
    select
        if(contains(model_id, '/'), split_part(model_id, '/', 1), model_id) as author,
        cast(sum(tokens) as bigint) as tokens,
        min(usage_date) as first_usage_date
    from requests
    group by author
    order by tokens desc, author asc
)

select * from final
