{# True for what is of a minute, or of an hour, whose numbers new reports of requests move. #}
{% macro is_moved(period, requests) -%}
    {%- set moved = moved_minutes(requests) -%}
    {%- if period == 'usage_hour' -%}
        {%- set moved = 'select time_bucket(interval 1 hour, usage_minute) from (' ~ moved ~ ')' -%}
    {%- endif -%}
    {{ period }} in ({{ moved }})
{%- endmacro %}
