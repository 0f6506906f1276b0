-- Decision: of whole months only, as the newest reading lists them: what was withdrawn since is unknown (survivors).
-- Decision: the denominator is every text-generation repository that declares any base; what declares none may be
-- anything, from a new family to an upload without a card.
-- Decision: one that names bases of two families counts for both, so shares may add up to more than 1.
with newest as (
    select
        hub_id,
        download_date,
        cast(date_trunc('month', created_at at time zone 'UTC') as date) as month_start_date
    from {{ ref('int_listings_attributed') }}
    where
        download_date = (select max(readings.download_date) from {{ ref('int_downloads_provenance') }} as readings)
        and pipeline_tag = 'text-generation'
        and len(base_models) > 0
),

whole as (
    select * from newest
    where month_start_date + interval 1 month <= download_date
),

months as (
    select month_start_date, count(*) as models_count
    from whole
    group by month_start_date
),

families as (
    select whole.month_start_date, declared.family_id, count(distinct whole.hub_id) as derivatives_count
    from whole
    inner join {{ ref('int_bases_declared') }} as declared
        on whole.download_date = declared.download_date and whole.hub_id = declared.hub_id
    group by whole.month_start_date, declared.family_id
),

final as (
    select
        families.month_start_date,
        families.family_id,
        families.derivatives_count,
        months.models_count,
        families.derivatives_count / nullif(months.models_count, 0) as derivative_share
    from families
    inner join months on families.month_start_date = months.month_start_date
)

select * from final
