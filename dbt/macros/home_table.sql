{# A table of the home's database that a pass writes between two builds, so it is no source of the graph. #}
{% macro home_table(name) -%}
    {{ "home." if target.name == "dev" }}raw.{{ name }}
{%- endmacro %}
