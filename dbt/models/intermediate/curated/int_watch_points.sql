-- What each watch read on each day that brought something, and from which value on it is near its threshold.
-- Decision: of a range the low end is read: what is "up to" has not been reached.
-- Decision: enforcement is counted from the day of the rule; before the rule there is nothing to watch.
with watches as (
    select * from {{ ref('watches') }}
),

figures as (
    select
        *,
        coalesce(low, high) as figure
    from {{ ref('int_disclosures_selected') }}
),

rule as (
    select min(fact_date) as rule_date from figures where fact_id = 'parent_company_rule'
),

enforced as (
    select rule_date as on_date, 0 as events_count from rule where rule_date is not null
    union all
    select figures.fact_date, figures.figure
    from figures
    inner join rule on figures.fact_date > rule.rule_date
    where figures.fact_id = 'offshore_enforcement'
),

enforced_by_day as (
    select on_date, sum(events_count) as events_count from enforced group by on_date
),

points as (
    select watches.watch_id, figures.fact_date as on_date, figures.figure as value, null as scale, null as board_id
    from watches
    inner join figures
        on
            watches.fact_id = figures.fact_id
            and watches.company_id = figures.company_id
            and watches.currency is not distinct from figures.currency
    union all
    select 'offshore_enforcement', on_date, sum(events_count) over (order by on_date), null, null from enforced_by_day
    union all
    select if(kind = 'text', 'frontier_gap', 'frontier_gap_' || kind), on_date, gap, scale, board_id
    from {{ ref('int_board_gaps') }}
    union all
    select 'us_open_model_trending', on_date, models_count, null, null from {{ ref('int_trending_american') }}
),

final as (
    select
        points.watch_id,
        points.on_date,
        points.value,
        points.board_id,
        if(points.scale is null, 0.9 * watches.threshold, watches.threshold - 0.1 * points.scale) as near_value
    from points
    inner join watches on points.watch_id = watches.watch_id
)

select * from final
