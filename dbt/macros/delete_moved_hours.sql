{# Delete the hours whose numbers new reports of requests move: they are summed again. #}
{% macro delete_moved_hours(requests) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where usage_hour in ({{ moved_hours(requests) }})
    {%- endif -%}
{%- endmacro %}
