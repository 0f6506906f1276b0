{{ config(
    materialized='incremental',
    pre_hook="{% if is_incremental() %}delete from {{ this }} where {{ is_touched('fetch_id') }}{% endif %}"
) }}
-- One row per complete fetch and complete day it states, of every source.
-- Decision: the running day is never used: a day is complete for a fetch observed on a later UTC day.
with usage as (
    select * from {{ ref('stg_usage_observed') }}
),

fetches as (
    select * from {{ ref('int_fetches_verified') }}
),

final as (
    select distinct
        usage.usage_date, fetches.source_id, fetches.fetch_id, fetches.observed_at, fetches."offset" as completed_offset
    from usage
    inner join fetches on usage.fetch_id = fetches.fetch_id
    where fetches.is_complete and usage.usage_date < fetches.observed_date and {{ is_touched('fetches.fetch_id') }}
)

select * from final
