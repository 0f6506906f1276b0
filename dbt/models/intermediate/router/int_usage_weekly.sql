-- The rows of complete ISO weeks.
-- Decision: seven days or nothing. A week with a day missing is no smaller week; it is left out (see int_usage_gaps).
with usage as (
    select * from {{ ref('int_usage_attributed') }}
),

weeks as (
    select week_start_date
    from usage
    group by week_start_date
    having count(distinct usage_date) = 7
),

final as (
    select usage.*
    from usage
    inner join weeks on usage.week_start_date = weeks.week_start_date
)

select * from final
