-- Organisations on the Hub without a vendor, by their downloads of thirty days, each with the vendor to propose: one
-- whose id or name is the organisation's, by letters and digits.
with unmapped as (
    select * from {{ ref('int_organisations_unmapped') }}
),

readings as (
    select * from {{ ref('int_listings_attributed') }}
),

totals as (
    select sum(downloads_30_days) as downloads
    from readings
    where download_date = (select max(newest.download_date) from {{ ref('int_downloads_provenance') }} as newest)
),

seen as (
    select organisation, min(download_date) as first_seen from readings group by organisation
),

vendors as (
    select {{ plain_name('vendor_id') }} as name_key, vendor_id from {{ ref('vendors') }}
    union
    select {{ plain_name('vendor_name') }}, vendor_id from {{ ref('vendors') }}
    union
    select {{ plain_name('author') }}, vendor_id from {{ ref('authors') }} where vendor_id <> 'unknown'
),

proposed as (
    select unmapped.organisation, min(vendors.vendor_id) as vendor_id
    from unmapped
    inner join vendors on {{ plain_name('unmapped.organisation') }} = vendors.name_key
    group by unmapped.organisation
),

final as (
    select
        'organisation' as kind,
        unmapped.organisation as name,
        unmapped.downloads_30_days as mass,
        unmapped.downloads_30_days / nullif(totals.downloads, 0) as share,
        seen.first_seen,
        if(proposed.vendor_id is null, null, cast(json_object('vendor_id', proposed.vendor_id) as varchar)) as proposal
    from unmapped
    cross join totals
    inner join seen on unmapped.organisation = seen.organisation
    left join proposed on unmapped.organisation = proposed.organisation
)

select * from final
