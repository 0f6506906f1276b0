{# True for a landed row of a pushed topic that a number may rest on: any row, and in a build that is made again any #}
{# before `read_up_to`. The rows of a fetch are found by its id; those of an hour of pushed ones go on landing. #}
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
