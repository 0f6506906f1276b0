{{ config(
    materialized='incremental',
    pre_hook="{{ delete_moved('hour', ref('stg_request_completed')) }}"
) }}
-- Requests of each hour, as those of its minutes: of an hour that still runs, a turn sums few requests and the minutes.
with minutes as (
    select *
    from {{ ref('int_requests_by_minute') }}
    {% if is_incremental() %}
        where usage_hour in (select moved.usage_hour from moved)
    {% endif %}
),

final as (
    select
        usage_date,
        usage_hour,
        fetch_id,
        model_id,
        variant,
        app,
        task,
        status,
        has_tokens,
        is_reported,
        is_counted,
        cast(sum(requests_count) as bigint) as requests_count,
        sum(prompt_tokens) as prompt_tokens,
        sum(completion_tokens) as completion_tokens,
        sum(reasoning_tokens) as reasoning_tokens,
        sum(cached_tokens) as cached_tokens,
        sum(cache_write_tokens) as cache_write_tokens,
        sum(reported_cost) as reported_cost
    from minutes
    group by all
)

select * from final
