{# New rows, and what was staged of their fetches: one event of a fetch may land twice. #}
{% macro with_staged(rows) -%}
    select * from {{ rows }}
    {%- if is_incremental() %}
    union all by name
    select * from {{ this }} where fetch_id in (select {{ rows }}.fetch_id from {{ rows }})
    {%- endif %}
{%- endmacro %}
