-- What the gates judge about disclosed figures, one row per check and key.
with figures as (
    select
        fact_id || ' ' || company_id || ' ' || cast(fact_date as varchar) as figure_key,
        rows_count
    from {{ ref('int_disclosures_selected') }}
),

restated as (
    select * from {{ ref('int_figures_restated') }}
),

neighboured as (
    select * from {{ ref('int_figures_neighboured') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where source_id = 'disclosures'
),

withdrawn as (
    select * from {{ ref('int_rows_withdrawn') }} where source_id = 'disclosures'
),

final as (
    select 'conflicting_keys' as check_name, figure_key as key, cast(rows_count - 1 as double) as observed from figures
    union all
    select 'incomplete_fetches', source_id, count(*) filter (where is_pending) from fetches group by source_id
    union all
    select 'restated_ratio', figure_key, restated_ratio from restated where restated_ratio is not null
    union all
    select 'restated_units', figure_key, if(is_other_unit, 1, 0) from restated
    union all
    select 'series_ratio', figure_key, series_ratio from neighboured where series_ratio is not null
    union all
    select 'nearest_ratio', figure_key, nearest_ratio from neighboured where nearest_ratio is not null
    union all
    select 'withdrawn_rows', row_key, if(is_gone, 1, 0) from withdrawn
)

select * from final
