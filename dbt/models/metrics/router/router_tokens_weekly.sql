-- Decision: all tokens count, `other` included; a total of named models would grow and shrink with the fifty's cut.
-- Decision: a year ago is the same ISO weekday 364 days earlier, not the week of the same number: a year may have 53.
-- Decision: without that week, or where it was empty, there is no growth; absent is not zero.
with weeks as (
    select week_start_date, cast(sum(tokens) as bigint) as tokens
    from {{ ref('int_usage_weekly') }}
    group by week_start_date
),

final as (
    select
        weeks.week_start_date,
        weeks.tokens,
        earlier.tokens as tokens_year_ago,
        weeks.tokens / nullif(earlier.tokens, 0) as growth_ratio
    from weeks
    left join weeks as earlier on weeks.week_start_date - 364 = earlier.week_start_date
)

select * from final
