{{ config(
    unique_key='request_id',
    pre_hook="{{ find_reported(this, source('raw', 'request_completed_v1')) }}",
    meta={'replaces': 'reported_before'}
) }}
-- Requests of a gateway, each once, as it was reported last: a call that is sent again changes nothing, and a cost that
-- becomes known later counts. `reports` has the minute and the parent of each report, if there is more than one.
-- Decision: money is whole units of 1e-18 USD, so that no order of adding changes a cent.
with source as (
    select *
    from {{ source('raw', 'request_completed_v1') }}
    where {{ is_new('request_completed_v1') }} and {{ is_within('request_completed_v1') }}
),

renamed as (
    select
        fetch_id,
        observed_at,
        request_id,
        md5_number_lower(request_id) as request_number,
        completed_at,
        cast(completed_at at time zone 'UTC' as date) as usage_date,
        time_bucket(interval 1 minute, completed_at) as usage_minute,
        model as model_id,
        coalesce(variant, '') as variant,
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
        parent_request_id,
        md5_number_lower(parent_request_id) as parent_number,
        topic,
        "partition",
        "offset",
        cast(null as struct(usage_minute timestamptz, parent_request_id varchar)[]) as reports -- noqa: layout.spacing
    from source
),

together as (
    select * from renamed
    {% if is_incremental() %}
        union all by name
        select * exclude (place) from reported_before
    {% endif %}
),

repeated as (
    select request_id
    from together
    group by request_id
    having count(*) > 1
),

ranked as (
    select
        * exclude (reports),
        row_number() over newest as age,
        list_sort(list_distinct(flatten(list(
            coalesce(reports, [{ 'usage_minute': usage_minute, 'parent_request_id': parent_request_id }])
        ) over same))) as reports
    from together
    where request_id in (select repeated.request_id from repeated)
    window
        newest as (partition by request_id order by observed_at desc, "partition" asc, "offset" desc),
        same as (partition by request_id)
),

final as (
    select * from together where request_id not in (select repeated.request_id from repeated)
    union all by name
    select * exclude (age) from ranked where age = 1
)

select * from final
