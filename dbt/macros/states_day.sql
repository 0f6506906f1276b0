{# True if a fetch states the day: any day it asked for. #}
{% macro states_day(fetch, day) -%}
    {{ day }} between coalesce({{ fetch }}.start_date, {{ day }}) and coalesce({{ fetch }}.end_date, {{ day }})
{%- endmacro %}
