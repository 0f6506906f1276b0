-- Each day's tokens over those of the day it is compared with.
-- Decision: a day is compared with the last one within the band, at most three days before: a day counted three times
-- names itself, and not the sound day after it. A level that stays is accepted after three days, or once a person
-- releases its first day.
-- Decision: a day with nothing before it is compared with the two days after it, and is within if either agrees.
-- The days are walked in order, since a day is compared only with one that was itself within the band.
{%- set is_within = "between " ~ var('volume_band') | join(' and ') %}
with recursive days as (
    select
        usage_date,
        cast(tokens as double) as tokens,
        row_number() over by_day as place,
        cast(usage_date as varchar) in (
            select released.key
            from {{ home_table('released_findings') }} as released
            where released.coherence_group = 'router' and released."check" = 'volume_ratio'
        ) as is_released,
        case when lead(usage_date) over by_day = usage_date + 1 then tokens / nullif(lead(tokens) over by_day, 0) end
            as next_ratio,
        case when lead(usage_date, 2) over by_day = usage_date + 2 then tokens / nullif(lead(tokens, 2) over by_day, 0)
        end as second_ratio
    from {{ ref('int_usage_profiled') }}
    window by_day as (order by usage_date)
),

walked as (
    select
        cast(0 as bigint) as place,
        cast(null as date) as usage_date,
        cast(null as double) as volume_ratio,
        cast(null as date) as sound_date,
        cast(null as double) as sound_tokens
    union all
    select
        place,
        usage_date,
        volume_ratio,
        if(is_released or coalesce(volume_ratio {{ is_within }}, true), usage_date, sound_date) as sound_date,
        if(is_released or coalesce(volume_ratio {{ is_within }}, true), tokens, sound_tokens) as sound_tokens
    from (
        select
            days.place,
            days.usage_date,
            days.tokens,
            days.is_released,
            walked.sound_date,
            walked.sound_tokens,
            case
                when days.usage_date - walked.sound_date <= 3 then days.tokens / nullif(walked.sound_tokens, 0)
                when days.next_ratio {{ is_within }} then days.next_ratio
                else coalesce(days.second_ratio, days.next_ratio)
            end as volume_ratio
        from walked
        inner join days on walked.place + 1 = days.place
    )
),

final as (
    select usage_date, volume_ratio
    from walked
    where place > 0
)

select * from final
