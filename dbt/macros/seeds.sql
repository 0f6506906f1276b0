{# Seeds are loaded from the folder of the home, if it has one: the shipped rows with the user's rows over them. #}
{% macro duckdb__load_csv_rows(model, agate_table) %}
    {%- set folder = env_var('TOKENSHARE_SEEDS', '') -%}
    {%- set path = folder ~ '/' ~ model.name ~ '.csv' if folder else adapter.get_seed_file_path(model) -%}
    {%- set sql -%}
        copy {{ this }} from '{{ path | replace("'", "''") }}' (format csv, header true, auto_detect false)
    {%- endset -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{% endmacro %}
