{#
How many times the middle amount that a fetch restates is what was first stated of it, or the other way round, on each
day it restates; from three days on. `chosen` are the amounts that count, `stated` all of complete fetches, in order of
`told_at`. Compared with the first statement, not the last, so that a wrong unit stays wrong on the second day. A single
day that was wrong at first may move as it likes when it is put right: another unit moves the middle.
#}
{% macro restated_middles(chosen, stated) %}
    with firsts as (
        select
            entity,
            stated_date,
            arg_min(amount, told_at) as first_amount,
            arg_min(fetch_id, told_at) as first_fetch_id
        from {{ stated }}
        group by entity, stated_date
    ),

    ratios as (
        select
            chosen.entity,
            chosen.stated_date,
            chosen.fetch_id,
            greatest(chosen.amount, firsts.first_amount) as larger,
            least(chosen.amount, firsts.first_amount) as smaller,
            if(smaller = 0 and larger > 0, 1e9, larger / nullif(smaller, 0)) as ratio
        from {{ chosen }} as chosen
        inner join firsts on chosen.entity = firsts.entity and chosen.stated_date = firsts.stated_date
        where chosen.fetch_id <> firsts.first_fetch_id
    )

    select entity, stated_date, median(ratio) over (partition by fetch_id, entity) as restated_middle
    from ratios
    qualify count(ratio) over (partition by fetch_id, entity) >= 3
{% endmacro %}
