{# True if a fetch states the day: one of its `days`, or, if it names none, any day it asked for. #}
{% macro states_day(fetch, day) %}
    coalesce(
        list_contains({{ fetch }}.days, {{ day }}),
        {{ day }} between coalesce({{ fetch }}.start_date, {{ day }}) and coalesce({{ fetch }}.end_date, {{ day }})
    )
{% endmacro %}
