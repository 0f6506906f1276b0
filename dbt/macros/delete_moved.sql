{# Delete each `minute` or `hour` whose numbers new reports of requests move: `moved` has them, to be summed again. #}
{% macro delete_moved(unit, requests) -%}
    {%- if is_incremental() -%}
        create or replace temp table moved as (
            select distinct time_bucket(interval 1 {{ unit }}, usage_minute) as usage_{{ unit }}
            from ({{ moved_minutes(requests) }})
        );
        delete from {{ this }} where usage_{{ unit }} in (select moved.usage_{{ unit }} from moved)
    {%- endif -%}
{%- endmacro %}
