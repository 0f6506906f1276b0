{{ config(materialized='incremental', pre_hook='{{ delete_moved_days() }}') }}
-- The rows of the fetch that speaks for each day, one per permaslug, with their coordinates.
-- Decision: where that fetch gives one permaslug two values the larger is kept, whatever the order of arrival: a part
-- is likelier to be short of its whole than beyond it. `is_conflicting` and `rows_count` tell the gate, which holds.
with usage as (
    select * from {{ ref('stg_usage_observed') }}
),

chosen as (
    select * from {{ ref('int_usage_provenance') }}
    {% if is_incremental() %}where usage_date not in (select made.usage_date from {{ this }} as made){% endif %}
),

stated as (
    select usage.*
    from usage
    inner join chosen on usage.fetch_id = chosen.fetch_id and usage.usage_date = chosen.usage_date
),

final as (
    select
        *,
        count(*) over (partition by usage_date, model_permaslug) as rows_count,
        min(tokens) over (partition by usage_date, model_permaslug) < tokens as is_conflicting
    from stated
    qualify row_number() over (partition by usage_date, model_permaslug order by tokens desc, event_id asc) = 1
)

select * from final
