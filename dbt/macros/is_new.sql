{# True for a landed row that the last build has not read; in a build from the beginning, for every row. #}
{% macro is_new(table) -%}
    {%- set landed = var('landed', none) -%}
    {%- if landed is none or not is_incremental() -%}
        true
    {%- elif landed is mapping and table in landed -%}
        {%- set places = [] -%}
        {%- for topic, partition, end in landed[table] -%}
            {%- do places.append("(topic = '%s' and \"partition\" = %d and \"offset\" >= %d)" % (topic, partition, end)) -%}
        {%- endfor -%}
        ("offset" >= {{ landed[table] | map(attribute=2) | min }} and ({{ places | join(' or ') }}))
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
