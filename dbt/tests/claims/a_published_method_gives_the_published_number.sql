-- A claim is held against what readers see: by a method that is a metric, the numbers of the two are one.
with variants as (
    select *, end_date - 6 as week_start_date
    from {{ ref('int_claims_variants') }}
    where span_name = 'week'
),

published as (
    select 'china_share' as about, '' as entity, 'identified' as method, week_start_date, china_share as published_value
    from {{ ref('china_share_identified_weekly') }}
    union all
    select 'china_share', '', 'origin', week_start_date, china_share from {{ ref('china_share_origin_weekly') }}
    union all
    select 'china_share', '', 'top10', week_start_date, china_share from {{ ref('china_share_top10_weekly') }}
    union all
    select 'china_share', '', 'lower', week_start_date, lower_share from {{ ref('china_share_bounds_weekly') }}
    union all
    select 'china_share', '', 'upper', week_start_date, upper_share from {{ ref('china_share_bounds_weekly') }}
    union all
    select 'vendor_share', vendor_id, 'of_all', week_start_date, vendor_share from {{ ref('vendor_share_weekly') }}
    union all
    select 'vendor_share', vendor_id, 'of_named', week_start_date, named_share from {{ ref('vendor_share_weekly') }}
    union all
    select 'vendor_share', vendor_id, 'upper', week_start_date, upper_share
    from {{ ref('vendor_share_weekly') }}
    where vendor_id <> 'unknown'
    union all
    select 'router_tokens', '', 'all', week_start_date, tokens from {{ ref('router_tokens_weekly') }}
    union all
    select 'router_growth', '', 'all', week_start_date, growth_ratio from {{ ref('router_tokens_weekly') }}
    union all
    select 'free_share', '', 'of_all', week_start_date, free_share from {{ ref('free_share_weekly') }}
    union all
    select 'openness_share', openness, 'of_all', week_start_date, openness_share from {{ ref('openness_share_weekly') }}
    union all
    select 'china_part_of_open', '', 'origin', week_start_date, china_share from {{ ref('china_part_of_open_weekly') }}
    union all
    select 'programming_share', '', 'of_all', week_start_date, programming_share
    from {{ ref('programming_share_weekly') }}
    union all
    select 'vendor_programming_share', vendor_id, 'of_all', week_start_date, vendor_share
    from {{ ref('vendor_programming_share_weekly') }}
    union all
    select 'model_rank_china_count', 'top' || model_rank, 'origin', week_start_date, chinese_so_far_count
    from {{ ref('model_rank_weekly') }}
),

final as (
    select variants.*, published.published_value
    from variants
    inner join published
        on
            variants.about = published.about and variants.entity = published.entity
            and variants.method = published.method and variants.week_start_date = published.week_start_date
    where variants.value is distinct from published.published_value
)

select * from final
