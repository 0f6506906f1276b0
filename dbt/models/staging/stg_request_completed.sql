{{ config(unique_key='request_id') }}
-- Requests of a gateway, each once, as it was reported last: a call that is sent again changes nothing, and a cost that
-- becomes known later counts.
-- Decision: money is whole units of 1e-18 USD, so that no order of adding changes a cent.
with source as (
    select *
    from {{ source('raw', 'request_completed_v1') }}
    where {{ is_new('request_completed_v1') }} and {{ is_within('request_completed_v1') }}
),

renamed as (
    select
        event_id,
        source_id,
        fetch_id,
        observed_at,
        request_id,
        completed_at,
        cast(completed_at at time zone 'UTC' as date) as usage_date,
        time_bucket(interval 1 hour, completed_at) as usage_hour,
        gateway,
        model as model_id,
        coalesce(variant, '') as variant,
        provider,
        coalesce(app, 'unknown') as app,
        coalesce(task, 'unknown') as task,
        status,
        prompt_tokens,
        completion_tokens,
        coalesce(reasoning_tokens, 0) as reasoning_tokens,
        coalesce(cached_tokens, 0) as cached_tokens,
        coalesce(cache_write_tokens, 0) as cache_write_tokens,
        cast(split_part(cost_usd, '.', 1) as hugeint) * 1000000000000000000
        + cast(rpad(split_part(cost_usd, '.', 2), 18, '0') as hugeint) as reported_cost,
        latency_ms,
        parent_request_id,
        topic,
        "partition",
        "offset"
    from source
),

together as (
    select * from renamed
    {% if is_incremental() %}
        union all by name
        select * from {{ this }} where request_id in (select renamed.request_id from renamed)
    {% endif %}
),

final as (
    select *
    from together
    qualify row_number() over (partition by request_id order by observed_at desc, "partition" asc, "offset" desc) = 1
)

select * from final
