-- Requests, tokens and spend by hour. Every request is a row of one hour; only counted ones bring tokens and spend.
with requests as (
    select
        *,
        is_counted and status = 'success' as is_used
    from {{ ref('int_requests_counted') }}
),

summed as (
    select
        usage_date,
        usage_hour,
        vendor_id,
        model_id,
        app,
        task,
        coalesce(sum(requests_count) filter (where is_used), 0) as requests_count,
        coalesce(sum(requests_count) filter (where status = 'failure'), 0) as failures_count,
        coalesce(sum(requests_count) filter (where status = 'cache_hit'), 0) as cache_hits_count,
        coalesce(sum(prompt_tokens) filter (where is_used), 0) as prompt_tokens,
        coalesce(sum(completion_tokens) filter (where is_used), 0) as completion_tokens,
        coalesce(sum(cached_tokens) filter (where is_used), 0) as cached_tokens,
        coalesce(sum(cache_write_tokens) filter (where is_used), 0) as cache_write_tokens,
        coalesce(sum(reasoning_tokens) filter (where is_used), 0) as reasoning_tokens,
        coalesce(sum(tokens) filter (where is_used and cost is null), 0) as unpriced_tokens,
        coalesce(sum(cost) filter (where is_used), 0) as cost,
        coalesce(bool_or(is_estimated) filter (where is_used), false) as is_estimated
    from requests
    group by all
    having requests_count + failures_count + cache_hits_count > 0
),

final as (
    select
        usage_date,
        usage_hour,
        vendor_id,
        model_id,
        app,
        task,
        cast(requests_count as bigint) as requests_count,
        cast(failures_count as bigint) as failures_count,
        cast(cache_hits_count as bigint) as cache_hits_count,
        cast(prompt_tokens as bigint) as prompt_tokens,
        cast(completion_tokens as bigint) as completion_tokens,
        cast(cached_tokens as bigint) as cached_tokens,
        cast(cache_write_tokens as bigint) as cache_write_tokens,
        cast(reasoning_tokens as bigint) as reasoning_tokens,
        cast(prompt_tokens + completion_tokens as bigint) as tokens,
        cast(unpriced_tokens as bigint) as unpriced_tokens,
        cost / 1000000000000000000 as spend_usd,
        is_estimated
    from summed
)

select * from final
