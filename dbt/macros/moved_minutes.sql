{# The minutes whose numbers new reports of requests move: of each of its reports, and of the requests around them. #}
{% macro moved_minutes(requests) -%}
    with reported as (
        select
            unnest(coalesce(
                reports, [{'usage_minute': usage_minute, 'parent_request_id': parent_request_id}]
            ), recursive := true)
        from {{ requests }}
        where {{ is_new('request_completed_v1') }}
    )

    select usage_minute from reported
    union all
    select usage_minute
    from ({{ found_by_number(
        requests, 'select parent_request_id as request_id from reported where parent_request_id is not null'
    ) }})
{%- endmacro %}
