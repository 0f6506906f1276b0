-- How many of the Hub's ten trending repositories on each day are of vendors with headquarters in the United States.
-- Decision: what the Hub lists can be downloaded, so every one of them is an open model.
with trending as (
    select
        top10.download_date,
        repositories.vendor_id
    from {{ ref('trending_top10_daily') }} as top10
    left join {{ ref('int_repositories_attributed') }} as repositories on top10.repo = repositories.repo
),

vendors as (
    select
        vendor_id,
        country_code = 'US' as is_american,
        coalesce(valid_from, date '1970-01-01') as valid_from
    from {{ ref('vendors') }}
),

final as (
    select
        trending.download_date as on_date,
        count(*) filter (where vendors.is_american) as models_count
    from trending
    asof left join vendors
        on trending.vendor_id = vendors.vendor_id and trending.download_date >= vendors.valid_from
    group by trending.download_date
)

select * from final
