{# True for a landed row of a pushed topic that a number may rest on: all, but those before `read_up_to` if an earlier #}
{# build is made again. The rows of a fetch are chosen by its id; those of an hour of pushed ones go on landing. #}
{% macro is_within(table) -%}
    {%- set ends = var('read_up_to', none) -%}
    {%- if ends is not mapping -%}
        true
    {%- elif ends[table] -%}
        {%- set places = [] -%}
        {%- for topic, partition, end in ends[table] -%}
            {%- do places.append("(topic = '%s' and \"partition\" = %d and \"offset\" < %d)" % (topic, partition, end)) -%}
        {%- endfor -%}
        ({{ places | join(' or ') }})
    {%- else -%}
        false
    {%- endif -%}
{%- endmacro %}
