-- Each repository of each usable day with vendor, country, family, and what its all-time counter rose by.
-- Decision: only the all-time counter makes a flow; the rolling 30 days may fall and say nothing.
-- Decision: a counter that fell is a reset and has no flow: what was downloaded meanwhile nobody can tell.
-- Decision: a repository met for the first time brings its whole counter where it was created since the reading before,
-- or is official (those are listed whole, so it has just been made public); else it only came within reach: no flow.
with listed as (
    select stated.*, provenance.date_before
    from {{ ref('int_downloads_stated') }} as stated
    inner join {{ ref('int_downloads_provenance') }} as provenance
        on stated.download_date = provenance.download_date and stated.fetch_id = provenance.fetch_id
),

vendors as (
    select vendor_id, {{ is_chinese_country('country_code') }} as is_chinese, valid_from from {{ ref('vendors') }}
),

attributed as (
    select
        listed.*,
        repositories.organisation,
        repositories.vendor_id,
        repositories.family_id,
        lag(listed.downloads_all_time) over by_day as counter_before,
        lag(listed.download_date) over by_day is null as is_first
    from listed
    inner join {{ ref('int_repositories_attributed') }} as repositories on listed.repo = repositories.repo
    window by_day as (partition by listed.hub_id order by listed.download_date)
),

final as (
    select
        attributed.*,
        coalesce(vendors.is_chinese, false) as is_chinese,
        coalesce(attributed.downloads_all_time < attributed.counter_before, false) as is_counter_reset,
        case
            when attributed.date_before is null then null
            when attributed.downloads_all_time >= attributed.counter_before
                then attributed.downloads_all_time - attributed.counter_before
            when
                attributed.is_first
                and (
                    attributed.family_id is not null
                    or cast(attributed.created_at at time zone 'UTC' as date) >= attributed.date_before
                )
                then attributed.downloads_all_time
        end as downloads_flow
    from attributed
    asof left join vendors
        on attributed.vendor_id = vendors.vendor_id and attributed.download_date >= vendors.valid_from
)

select * from final
