-- Decision: the steps are disjoint, in this order (a Chinese vendor's model on a Chinese base is identified and not
-- lineage), so that they add up to the token; the last step only names what the fourth has reached and changes nothing.
-- Decision: a change is the difference of the two shares shown, so that a reader's subtraction agrees.
with weeks as (
    select
        week_start_date,
        sum(tokens) as tokens,
        coalesce(sum(tokens) filter (where origin <> 'unknown'), 0) as known_tokens,
        coalesce(sum(tokens) filter (where is_identified), 0) as identified_tokens,
        coalesce(sum(tokens) filter (where is_identified or is_lineage), 0) as lineage_tokens,
        coalesce(sum(tokens) filter (where is_identified or is_lineage or is_attributed), 0) as attributed_tokens,
        coalesce(sum(tokens) filter (where origin = 'chinese'), 0) as chinese_tokens
    from {{ ref('int_usage_weekly') }}
    group by week_start_date
),

steps as (
    select
        week_start_date, 1 as step_number, 'identified' as step, identified_tokens as numerator, tokens as denominator
    from weeks
    union all
    select week_start_date, 2, 'plus lineage', lineage_tokens, tokens from weeks
    union all
    select week_start_date, 3, 'plus attributed stealth', attributed_tokens, tokens from weeks
    union all
    select week_start_date, 4, 'smaller denominator', attributed_tokens, known_tokens from weeks
    union all
    select week_start_date, 5, 'origin', chinese_tokens, known_tokens from weeks
),

shares as (
    select
        week_start_date,
        cast(step_number as bigint) as step_number,
        step,
        cast(numerator as bigint) as numerator_tokens,
        cast(denominator as bigint) as denominator_tokens,
        numerator / nullif(denominator, 0) as china_share
    from steps
),

final as (
    select
        *,
        china_share - lag(china_share) over (partition by week_start_date order by step_number) as change_share
    from shares
)

select * from final
