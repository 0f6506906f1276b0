-- Decision: the counter of a family is that of its official organisations' repositories; quantised copies and
-- fine-tunes by others are derivatives, and counted as such.
-- Decision: the flow is what the repositories rose by, not the difference of two sums. Where one of them fell or went
-- away the family's flow is unknown: null, and the row is flagged. A rename is neither: the Hub's id stays.
with repositories as (
    select * from {{ ref('int_downloads_attributed') }}
    where family_id is not null and downloads_all_time is not null
),

gone as (
    select distinct provenance.download_date, changed.family_id
    from {{ ref('int_families_changed') }} as changed
    inner join {{ ref('int_counters_provenance') }} as provenance
        on changed.download_date > provenance.date_before and changed.download_date <= provenance.download_date
    where changed.is_gone
),

families as (
    select
        download_date,
        family_id,
        any_value(date_before) as date_before,
        sum(downloads_all_time) as downloads_all_time,
        sum(downloads_flow) as downloads_flow,
        bool_or(is_counter_reset) as has_fallen,
        count(*) as repos_count
    from repositories
    group by download_date, family_id
),

judged as (
    select families.*, families.has_fallen or gone.family_id is not null as is_counter_reset
    from families
    left join gone on families.download_date = gone.download_date and families.family_id = gone.family_id
),

final as (
    select
        download_date,
        family_id,
        cast(downloads_all_time as bigint) as downloads_all_time,
        cast(if(is_counter_reset or date_before is null, null, coalesce(downloads_flow, 0)) as bigint)
            as downloads_flow,
        is_counter_reset,
        repos_count,
        download_date - date_before as days_covered
    from judged
)

select * from final
