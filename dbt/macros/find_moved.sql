{# Make `moved`: the minutes, or the hours, whose numbers new reports of requests move. #}
{% macro find_moved(period, requests) -%}
    {%- if is_incremental() -%}
        {%- set start = 'usage_minute' if period == 'usage_minute' else 'time_bucket(interval 1 hour, usage_minute)' -%}
        create or replace temp table moved as (select distinct {{ start }} as {{ period }} from ({{ moved_minutes(requests) }}))
    {%- endif -%}
{%- endmacro %}

{# Delete what was summed of them: they are summed again. #}
{% macro delete_moved(period) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ period }} in (select {{ period }} from moved)
    {%- endif -%}
{%- endmacro %}
