-- Each repository of each usable day with vendor, country and family.
with listed as (
    select stated.*
    from {{ ref('int_downloads_stated') }} as stated
    inner join {{ ref('int_downloads_provenance') }} as provenance
        on stated.download_date = provenance.download_date and stated.fetch_id = provenance.fetch_id
),

repositories as (
    select * from {{ ref('int_repositories_attributed') }}
),

vendors as (
    select vendor_id, {{ is_chinese_country('country_code') }} as is_chinese, valid_from from {{ ref('vendors') }}
),

final as (
    select
        listed.*,
        repositories.organisation,
        repositories.vendor_id,
        repositories.family_id,
        coalesce(vendors.is_chinese, false) as is_chinese
    from listed
    inner join repositories on listed.repo = repositories.repo
    asof left join vendors
        on repositories.vendor_id = vendors.vendor_id and listed.download_date >= vendors.valid_from
)

select * from final
