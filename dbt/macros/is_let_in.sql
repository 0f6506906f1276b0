{# True unless a held statement names this one: of one of the `relations`, for its day, its fetch and its entity. #}
{# Without a fetch any one counts; without `whole_days` only what names an entity. #}
{% macro is_let_in(relations, dated, fetch_id=none, entities=[], whole_days=true) -%}
not exists (
    select 1
    from {{ home_table("held_statements") }} as held
    where
        held.relation in ('{{ relations | join("', '") }}')
        and held.period_date = {{ dated }}
        and held.fetch_id = {{ fetch_id or 'held.fetch_id' }}
        and held.entity in ({{ ((["''"] if whole_days else []) + entities) | join(', ') }})
)
{%- endmacro %}
