-- Every number that the Hub's listings give for what a claim may be about.
-- Decision: days are those on which the Hub was read; counters of a day between two readings are nobody's to tell.
with final as (
    select
        about,
        family_id as entity,
        method,
        preference,
        'day' as span_name,
        end_date,
        counted as numerator,
        null as denominator
    from {{ ref('int_claims_counted_hub') }}
    union all
    select about, entity, method, preference, 'day', end_date, numerator, denominator
    from {{ ref('int_claims_ratios_hub') }}
    union all
    select
        'new_derivative_share', family_id, 'declared', 1, 'month', last_day(month_start_date), derivatives_count,
        models_count
    from {{ ref('new_derivative_share_monthly') }}
    union all
    select 'china_download_share', '', 'flow', 1, 'day', download_date, chinese_downloads, downloads
    from {{ ref('china_download_share_trailing_year') }}
    where china_share is not null
    union all
    select 'trending_china_count', '', 'score', 1, 'day', download_date, max(chinese_so_far_count), null
    from {{ ref('trending_top10_daily') }}
    group by download_date
)

select * from final
