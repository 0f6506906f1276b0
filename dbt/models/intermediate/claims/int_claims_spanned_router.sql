-- The windows that lie before us, whole ones only, and whether a claim asks for them.
-- Decision: a window belongs to the period it ends in, so "by May" takes the week that ends on 3 May; and it is whole
-- or it is not there, as with every weekly metric.
-- Decision: a year ago is 364 days ago, the same weekdays; of a month it is the month of that name.
with asked as (
    select * from {{ ref('int_claims_asked') }}
),

days as (
    select distinct usage_date as end_date from {{ ref('fct_usage_daily') }}
),

kinds as (
    select unnest(['day', 'week', 'trailing7', 'trailing28', 'month']) as span_name
),

ends as (
    select
        kinds.span_name,
        days.end_date,
        cast(case kinds.span_name
            when 'day' then days.end_date
            when 'month' then date_trunc('month', days.end_date)
            when 'trailing28' then days.end_date - 27
            else days.end_date - 6
        end as date) as start_date
    from days
    cross join kinds
    where
        (kinds.span_name <> 'week' or isodow(days.end_date) = 7)
        and (kinds.span_name <> 'month' or days.end_date = last_day(days.end_date))
),

whole as (
    select ends.span_name, ends.start_date, ends.end_date
    from ends
    inner join days on days.end_date between ends.start_date and ends.end_date
    group by ends.span_name, ends.start_date, ends.end_date
    having count(*) = ends.end_date - ends.start_date + 1
),

wanted as (
    select distinct whole.span_name, whole.end_date
    from whole
    inner join asked
        on whole.span_name = asked.span_name and whole.end_date between asked.start_date and asked.end_date
),

final as (
    select
        whole.*,
        wanted.end_date is not null as is_asked,
        cast(if(
            whole.span_name = 'month', last_day(whole.start_date - interval 1 year), whole.end_date - 364
        ) as date) as year_ago_date
    from whole
    left join wanted on whole.span_name = wanted.span_name and whole.end_date = wanted.end_date
)

select * from final
