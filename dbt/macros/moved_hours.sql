{# The hours whose numbers new reports of requests move: of each of its reports, and of the requests around them. #}
{% macro moved_hours(requests) -%}
    with reported as (
        select
            unnest(coalesce(
                reports, [{'usage_hour': usage_hour, 'parent_request_id': parent_request_id}]
            ), recursive := true)
        from {{ requests }}
        where {{ is_new('request_completed_v1') }}
    )

    select usage_hour from reported
    union all
    select around.usage_hour
    from {{ requests }} as around
    where around.request_id in (select reported.parent_request_id from reported where reported.parent_request_id is not null
    )
{%- endmacro %}
