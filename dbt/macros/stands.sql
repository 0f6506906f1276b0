{# True if a fetch's statement stands: the newest one (`age` 1), or an older one if newer ones of its day are held. #}
{% macro stands(age, relations, dated, fetch_id, entities) -%}
    (
        {{ is_let_in(relations, dated, fetch_id, entities) }}
        and ({{ age }} = 1 or not {{ is_let_in(relations, dated, entities=entities) }})
    )
{%- endmacro %}
