{{ config(
    materialized='incremental',
    pre_hook="{{ delete_moved('minute', ref('stg_request_completed')) }}"
) }}
-- Requests of each minute, summed by all that their cost and their vendor depend on; `is_counted` is false for the ones
-- whose tokens another one repeats.
-- Decision: of requests inside each other the innermost counts. The one around it, such as an agent's step, repeats it.
with requests as (
    select
        *,
        time_bucket(interval 1 hour, usage_minute) as usage_hour,
        prompt_tokens + completion_tokens > 0 as has_tokens
    from {{ ref('stg_request_completed') }}
    {% if is_incremental() %}
        where usage_minute in (select moved.usage_minute from moved)
    {% endif %}
),

inner_requests as (
    select distinct parent_request_id
    {% if is_incremental() -%}
        from ({{ found_by_number(ref('stg_request_completed'), 'select request_id from requests', of='parent') }})
    {%- else -%}
        from {{ ref('stg_request_completed') }}
    {%- endif %}
    where status = 'success' and prompt_tokens + completion_tokens > 0 and parent_request_id is not null
),

final as (
    select
        requests.usage_date,
        requests.usage_hour,
        requests.usage_minute,
        requests.fetch_id,
        requests.model_id,
        requests.variant,
        requests.app,
        requests.task,
        requests.status,
        requests.has_tokens,
        requests.reported_cost is not null as is_reported,
        inner_requests.parent_request_id is null as is_counted,
        count(*) as requests_count,
        sum(requests.prompt_tokens) as prompt_tokens,
        sum(requests.completion_tokens) as completion_tokens,
        sum(requests.reasoning_tokens) as reasoning_tokens,
        sum(requests.cached_tokens) as cached_tokens,
        sum(requests.cache_write_tokens) as cache_write_tokens,
        sum(requests.reported_cost) as reported_cost
    from requests
    left join inner_requests on requests.request_id = inner_requests.parent_request_id
    group by all
)

select * from final
