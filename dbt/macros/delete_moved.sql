{# Delete the minutes, or the hours, whose numbers new reports of requests move: they are summed again. #}
{% macro delete_moved(period, requests) -%}
    {%- if is_incremental() -%}
        delete from {{ this }} where {{ is_moved(period, requests) }}
    {%- endif -%}
{%- endmacro %}
