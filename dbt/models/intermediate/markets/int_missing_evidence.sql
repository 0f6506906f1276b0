-- What the gates judge about closes, share counts and rates that a source stated, that its newest word leaves out, and
-- that nobody else states: a row per kind, check and key.
-- Decision: a row that a dropped file takes back in so many words is not missed, whoever else had stated it; one that
-- the file just lost is.
-- Decision: a feed has no such words. What it takes back leaves the numbers, unless it looks like an answer cut short:
-- all of a day, three days of a line, or all that was ever stated of a line.
{%- set files = "'quotes_dropped', 'shares_dropped'" %}
with stated as (
    select source_id, 'closes' as kind, session_date as stated_date, symbol as stated_line, is_left_out
    from {{ ref('int_closes_stated') }}
    union all
    select source_id, 'counts', count_date, symbol, is_left_out from {{ ref('int_counts_stated') }}
    union all
    select source_id, 'rates', rate_date, base_currency || '/' || quote_currency, is_left_out
    from {{ ref('int_rates_stated') }}
),

standing as (
    select distinct kind, stated_date, stated_line from stated where not is_left_out
),

newest as (
    select source_id, withdrawn
    from {{ ref('int_fetches_verified') }}
    where is_complete and source_id in ({{ files }})
    qualify row_number() over (partition by source_id order by observed_at desc, "offset" desc, fetch_id desc) = 1
),

taken_back as (
    select distinct if(source_id = 'quotes_dropped', 'closes', 'counts') as kind, unnest(withdrawn) as row_key
    from newest
),

judged as (
    select
        stated.*,
        standing.stated_line is null and taken_back.row_key is null as is_missing,
        bool_and(stated.is_left_out) over (partition by stated.kind, stated.source_id, stated.stated_date) as is_no_day
    from stated
    left join standing
        on
            stated.kind = standing.kind
            and stated.stated_date = standing.stated_date
            and stated.stated_line = standing.stated_line
    left join taken_back
        on stated.kind = taken_back.kind and stated.stated_line || ' ' || stated.stated_date = taken_back.row_key
),

counted as (
    select
        *,
        count(*) filter (where is_missing) over line_stated as missing_count,
        bool_and(is_left_out) over line_stated as is_no_line
    from judged
    window line_stated as (partition by kind, source_id, stated_line)
),

missing as (
    select * from counted where is_missing
),

final as (
    select 'disappeared_days' as check_name, kind, cast(stated_date as varchar) as key, 1 as observed
    from missing
    where is_no_day
    group by kind, stated_date
    union all
    select 'lost_rows', kind, stated_date || ' ' || stated_line, 1
    from missing
    where not is_no_day and (is_no_line or missing_count >= 3 or source_id in ({{ files }}))
    group by kind, stated_date, stated_line
)

select * from final
