-- What the gates judge about disclosed figures, one row per check and key.
-- Decision: a row that any complete reading of the file had is missed until it stands there again, the file takes it back
-- in so many words, or a person has let that very row go.
with figures as (
    select
        fact_id || ' ' || company_id || ' ' || cast(fact_date as varchar) as figure_key,
        rows_count
    from {{ ref('int_disclosures_selected') }}
),

restated as (
    select restated.*
    from {{ ref('int_figures_restated') }} as restated
    inner join figures on restated.figure_key = figures.figure_key
),

fetches as (
    select * from {{ ref('int_fetches_verified') }} where source_id = 'disclosures'
),

stated as (
    select
        told.fact_id || ' ' || told.company_id || ' ' || cast(told.fact_date as varchar) as figure_key,
        max(told.observed_at) as stated_at
    from {{ ref('stg_disclosure_observed') }} as told
    inner join fetches on told.fetch_id = fetches.fetch_id
    where fetches.is_complete
    group by figure_key
),

withdrawn as (
    select
        stated.figure_key,
        figures.figure_key is null and coalesce(stated.stated_at > taken_back.taken_back_at, true) as is_gone
    from stated
    left join figures on stated.figure_key = figures.figure_key
    left join {{ ref('int_rows_taken_back') }} as taken_back
        on stated.figure_key = taken_back.row_key and taken_back.source_id = 'disclosures'
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
    select 'withdrawn_rows', figure_key, if(is_gone, 1, 0) from withdrawn
)

select * from final
