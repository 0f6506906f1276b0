{# A model's schema is the one its folder declares, with no prefix: readers are promised `metrics` and `marts`. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
