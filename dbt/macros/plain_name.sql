{# A name by its letters and digits alone, as proposals compare names. #}
{% macro plain_name(name) -%}
    regexp_replace(lower(nfc_normalize({{ name }})), '[^\p{L}\p{N}]+', '', 'g')
{%- endmacro %}

{# The words of a model's name in one order, without its dates and the word latest. #}
{% macro words_of(name) -%}
    list_sort(list_filter(
        regexp_split_to_array(lower({{ name }}), '[^a-z0-9]+'), lambda word: not regexp_full_match(word, '[0-9]{8}|latest|')
    ))
{%- endmacro %}
