{# Hong Kong and Macau count with China, Taiwan does not: the one place that says so. #}
{% macro is_chinese_country(country_code) -%}
    {{ country_code }} in ('CN', 'HK', 'MO')
{%- endmacro %}
