{# Make `reported_before`: the requests, with their row ids as `place`, of which new reports have come. #}
{% macro find_reported(requests, reports) -%}
    {%- if is_incremental() -%}
        {%- set new_ids -%}
            select request_id from {{ reports }}
            where {{ is_new('request_completed_v1') }} and {{ is_within('request_completed_v1') }}
        {%- endset -%}
        create or replace temp table reported_before as ({{ found_by_number(requests, new_ids) }})
    {%- endif -%}
{%- endmacro %}
