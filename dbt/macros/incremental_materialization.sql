-- The rows of a model on top of the ones it has. In the same transaction those go that they replace: of the same key, or
-- in the table `replaces`, made before, with their row ids as `place`.
{% materialization incremental, adapter='duckdb' %}
    {%- if is_made_anew() -%}
        {{ return(replace_relation('table')) }}
    {%- endif -%}
    {{ run_hooks(pre_hooks) }}
    {%- set key = config.get('unique_key') -%}
    {%- call statement('main') -%}
        create or replace temp table made as ({{ compiled_code }});
        {% if config.get('meta', {}).get('replaces') -%}
            delete from {{ this }} where rowid in (select place from {{ config.get('meta').replaces }});
        {%- elif key -%}
            {%- set keys = [key] if key is string else key %}
            delete from {{ this }} where ({{ keys | join(', ') }}) in (select ({{ keys | join(', ') }}) from made);
        {%- endif %}
        insert into {{ this }} by name from made;
        drop table made;
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [this]}) }}
{% endmaterialization %}
