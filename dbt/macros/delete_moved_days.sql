{# Delete the days of usage for which another fetch speaks now, or none, or one with new rows: they are chosen again. #}
{% macro delete_moved_days() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} as made
        where
            {{ is_touched('made.fetch_id') }}
            or not exists (
                select 1
                from {{ ref('int_usage_provenance') }} as chosen
                where made.usage_date = chosen.usage_date and made.fetch_id = chosen.fetch_id
            )
    {%- endif -%}
{%- endmacro %}
