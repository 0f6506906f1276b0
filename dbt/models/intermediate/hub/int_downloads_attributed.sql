-- Each repository of each day with usable counters, and what its all-time counter rose by.
-- Decision: only the all-time counter makes a flow; the rolling 30 days may fall and say nothing.
-- Decision: a counter that fell is a reset and has no flow: what was downloaded meanwhile nobody can tell.
-- Decision: a repository met for the first time brings its whole counter where it was created since the reading before,
-- or is official (those are listed whole, so it has just been made public); else it only came within reach: no flow.
with counted as (
    select
        listed.*,
        provenance.date_before,
        lag(listed.downloads_all_time) over by_day as counter_before,
        lag(listed.download_date) over by_day is null as is_first
    from {{ ref('int_listings_attributed') }} as listed
    inner join {{ ref('int_counters_provenance') }} as provenance
        on listed.download_date = provenance.download_date and listed.fetch_id = provenance.fetch_id
    window by_day as (partition by listed.hub_id order by listed.download_date)
),

final as (
    select
        *,
        coalesce(downloads_all_time < counter_before, false) as is_counter_reset,
        case
            when date_before is null then null
            when downloads_all_time >= counter_before then downloads_all_time - counter_before
            when
                is_first
                and (family_id is not null or cast(created_at at time zone 'UTC' as date) >= date_before)
                then downloads_all_time
        end as downloads_flow
    from counted
)

select * from final
