-- Every number that the Hub's listings give for what a claim may be about.
-- Decision: days are those on which the Hub was read; counters of a day between two readings are nobody's to tell.
-- Decision: of a ratio, each side is named by families or by vendors, joined by `+`: `qwen/google+meta`. Derivatives of
-- several families are added up, so a repository that names bases of two counts twice on that side.
with asked as (
    select distinct about, entity
    from {{ ref('int_claims_asked') }}
    where about in ('family_downloads_ratio', 'family_derivatives_ratio')
),

families as (
    select * from {{ ref('dim_families') }}
),

sides as (
    select
        asked.about,
        asked.entity,
        unnest([
            { 'is_own': true, 'names': string_split(split_part(asked.entity, '/', 1), '+') },
            { 'is_own': false, 'names': string_split(split_part(asked.entity, '/', 2), '+') }
        ]) as side
    from asked
),

members as (
    select sides.about, sides.entity, sides.side['is_own'] as is_own, families.family_id
    from sides
    inner join families
        on
            list_contains(sides.side['names'], families.family_id)
            or list_contains(sides.side['names'], families.vendor_id)
),

counted as (
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
),

ratios as (
    select
        members.about,
        members.entity,
        counted.method,
        counted.preference,
        counted.end_date,
        sum(counted.counted) filter (where members.is_own) as numerator,
        sum(counted.counted) filter (where not members.is_own) as denominator
    from members
    inner join counted on members.family_id = counted.family_id and members.about = counted.about || '_ratio'
    where counted.method in ('official', 'any', 'tagged')
    group by all
),

counts as (
    select
        about, family_id as entity, method, preference, 'day' as span_name, end_date, counted as numerator,
        null as denominator
    from counted
    union all
    select about, entity, method, preference, 'day', end_date, numerator, denominator
    from ratios
    where numerator is not null and denominator is not null
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
),

final as (
    select
        about,
        entity,
        method,
        preference,
        span_name,
        end_date,
        cast(numerator as bigint) as numerator,
        cast(denominator as bigint) as denominator,
        if(denominator is null, cast(numerator as double), numerator / denominator) as value
    from counts
    where denominator is null or denominator > 0
)

select * from final
