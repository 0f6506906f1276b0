{# True for a fetch with a landed row that the last build has not read; from the beginning, for every fetch. #}
{% macro is_touched(fetch_id) -%}
    {%- set landed = var('landed', none) -%}
    {%- if landed is none or not is_incremental() -%}
        true
    {%- elif landed is mapping and landed -%}
        {%- set fetches = [] -%}
        {%- for table in landed | sort -%}
            {%- do fetches.append('select fetch_id from raw.' ~ table ~ ' where ' ~ is_new(table)) -%}
        {%- endfor -%}
        {{ fetch_id }} in ({{ fetches | join(' union all ') }})
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
