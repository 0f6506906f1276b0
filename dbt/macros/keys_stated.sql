{# Each key that a source ever stated of a day, with the fetch that speaks for it: the newest complete one that #}
{# states the day, whether it has the key or leaves it out. `key` lists the columns of a key beside the day. #}
{# `relation` names the model: its held statements do not speak. #}
{% macro keys_stated(relation, events, dated, key) -%}
with fetches as (
    select * from {{ ref('int_fetches_verified') }} where is_complete
),

told as (
    select distinct events.source_id, events.fetch_id, events.{{ dated }}, {{ key }}
    from {{ events }} as events
    inner join fetches on events.fetch_id = fetches.fetch_id
),

days as (
    select distinct source_id, {{ dated }} from told
),

statements as (
    select
        days.source_id,
        days.{{ dated }},
        fetches.fetch_id,
        fetches.observed_at,
        fetches."offset" as completed_offset
    from days
    inner join fetches on days.source_id = fetches.source_id
    where {{ states_day('fetches', 'days.' ~ dated) }}
),

known as (
    select distinct source_id, {{ dated }}, {{ key }} from told
),

spoken as (
    select known.*, statements.fetch_id, statements.observed_at, statements.completed_offset
    from known
    inner join statements using (source_id, {{ dated }})
    where {{ is_let_in([relation], 'statements.' ~ dated, 'statements.fetch_id', key.split(', ')) }}
    qualify row_number() over (
        partition by source_id, {{ dated }}, {{ key }} order by observed_at desc, completed_offset desc, fetch_id desc
    ) = 1
),

final as (
    select spoken.*, told.fetch_id is null as is_left_out
    from spoken
    left join told using (source_id, fetch_id, {{ dated }}, {{ key }})
)

select * from final
{%- endmacro %}
