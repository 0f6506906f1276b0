-- What is counted of a family on each day that the Hub was read: downloads, and derivatives by relation.
with final as (
    select
        'family_downloads' as about,
        family_id,
        'official' as method,
        1 as preference,
        download_date as end_date,
        downloads_all_time as counted
    from {{ ref('family_downloads_daily') }}
    union all
    select 'family_derivatives', family_id, relation, if(relation = 'any', 1, 2), download_date, models_count
    from {{ ref('family_derivatives_daily') }}
)

select * from final
