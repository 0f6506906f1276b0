{# True for a landed row that the last build has not read, or whose block of `block` offsets has one; in a build from the
   beginning, for every row. #}
{% macro is_new(table, block=1) -%}
    {%- set landed = var('landed', none) -%}
    {%- if landed is none or not is_incremental() -%}
        true
    {%- elif landed is mapping and table in landed -%}
        {%- set places = [] -%}
        {%- for topic, partition, end in landed[table] -%}
            {%- set start = end - end % block -%}
            {%- do places.append("(topic = '%s' and \"partition\" = %d and \"offset\" >= %d)" % (topic, partition, start)) -%}
        {%- endfor -%}
        {%- set first = landed[table] | map(attribute=2) | min -%}
        ("offset" >= {{ first - first % block }} and ({{ places | join(' or ') }}))
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
