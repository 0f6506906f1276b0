-- What the gates judge about usage, one row per check and key; a check that has nothing to say has no row.
-- `missing_rows` expects fifty named rows only where the upstream has ever given fifty: a small world is not short.
with days as (
    select
        *,
        cast(usage_date as varchar) as day_key,
        max(named_rows_count) over () as most_rows_count,
        max(usage_date) over () - usage_date < 7 as is_new
    from {{ ref('int_usage_profiled') }}
),

disappeared as (
    select * from {{ ref('int_usage_disappeared') }}
),

gaps as (
    select * from {{ ref('int_usage_gaps') }}
),

twinned as (
    select * from {{ ref('int_usage_twinned') }}
),

paced as (
    select * from {{ ref('int_usage_paced') }} where volume_ratio is not null
),

fetches as (
    select * from {{ ref('int_fetches_verified') }}
    where list_contains({{ var('usage_sources') }}, source_id)
),

final as (
    select 'other_rows' as check_name, day_key as key, cast(other_rows_count as double) as observed from days
    union all
    select 'missing_rows', day_key, if(most_rows_count >= 50, greatest(50 - named_rows_count, 0), 0) from days
    union all
    select 'conflicting_keys', day_key, conflicting_keys_count from days
    union all
    select 'volume_ratio', cast(usage_date as varchar), volume_ratio from paced
    union all
    select 'unknown_share', day_key, unknown_tokens / nullif(tokens, 0) from days
    union all
    select 'unknown_wide', day_key, unknown_tokens / nullif(tokens, 0) from days where is_new
    union all
    select 'unmapped_share', day_key, unmapped_tokens / nullif(tokens, 0) from days where is_new
    union all
    select 'unmapped_openness_share', day_key, unmapped_openness_tokens / nullif(tokens, 0) from days where is_new
    union all
    select 'disappeared_days', days.day_key, if(disappeared.usage_date is null, 0, 1)
    from days
    left join disappeared on days.usage_date = disappeared.usage_date
    union all
    select 'unserved_days', cast(usage_date as varchar), 1 from gaps where is_covered
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
    union all
    select 'restated_middle', cast(stated_date as varchar), restated_middle from {{ ref('int_usage_restated') }}
    union all
    select 'twin_difference', cast(usage_date as varchar), twin_difference from twinned
)

select * from final
