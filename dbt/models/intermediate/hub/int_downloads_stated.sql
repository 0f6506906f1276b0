-- What the newest complete fetch of each UTC day lists, one row per repository, whatever its name is that day.
-- Decision: where the counters of that fetch are held, an earlier one of the day speaks, if there is one.
-- Decision: where one page gives a repository two rows the larger counter is kept; `is_conflicting` tells the gate.
with fetches as (
    select observed_date as download_date, fetch_id
    from {{ ref('int_fetches_verified') }} as verified
    where
        is_complete
        and source_id = 'huggingface_hub'
        and {{ is_let_in(['int_downloads_provenance'], 'verified.observed_date', 'verified.fetch_id') }}
    qualify row_number() over (
        partition by observed_date
        order by
            {{ is_let_in(['int_counters_provenance'], 'verified.observed_date', 'verified.fetch_id') }} desc,
            observed_at desc, "offset" desc, fetch_id desc
    ) = 1
),

listed as (
    select * from {{ ref('stg_downloads_observed') }}
),

final as (
    select
        fetches.download_date,
        listed.*,
        count(*) over (partition by fetches.download_date, listed.hub_id) > 1 as is_conflicting
    from listed
    inner join fetches on listed.fetch_id = fetches.fetch_id
    qualify row_number() over (
        partition by fetches.download_date, listed.hub_id
        order by listed.downloads_all_time desc nulls last, listed.event_id asc
    ) = 1
)

select * from final
