-- The place of a company that a claim asks about: among the companies by market value, and of a session's loss among
-- all losses up to it.
-- Decision: exchanges close on different days, so in a session each other company counts with its newest value of at
-- most a week; equal values share the better place.
-- Decision: of two equal losses the earlier goes first, and in one session the company that sorts first, as with
-- the worst to date; a gain has no place, nor has a change over missed sessions.
with asked as (
    select distinct about, entity from {{ ref('int_claims_asked') }}
    where about in ('market_cap_rank', 'session_loss_rank')
),

caps as (
    select session_date, company_id, market_cap_usd from {{ ref('market_cap_daily') }}
),

own_caps as (
    select caps.*
    from caps
    inner join asked on caps.company_id = asked.entity and asked.about = 'market_cap_rank'
),

companies as (
    select distinct company_id from caps
),

meetings as (
    select own_caps.*, companies.company_id as other_company_id
    from own_caps
    cross join companies
),

placed as (
    select
        meetings.company_id,
        meetings.session_date,
        1 + count(*) filter (
            where rivals.market_cap_usd > meetings.market_cap_usd and meetings.session_date - rivals.session_date <= 7
        ) as place
    from meetings
    asof left join caps as rivals
        on meetings.other_company_id = rivals.company_id and meetings.session_date >= rivals.session_date
    group by meetings.company_id, meetings.session_date
),

losses as (
    select session_date, company_id, change_usd from {{ ref('session_shock_daily') }}
    where change_usd < 0 and is_one_session
),

lost as (
    select
        losses.company_id,
        losses.session_date,
        1 + count(rivals.company_id) as place
    from losses
    inner join asked on losses.company_id = asked.entity and asked.about = 'session_loss_rank'
    left join losses as rivals
        on
            (losses.change_usd, losses.session_date, losses.company_id)
            > (rivals.change_usd, rivals.session_date, rivals.company_id)
            and losses.session_date >= rivals.session_date
    group by losses.company_id, losses.session_date
),

final as (
    select 'market_cap_rank' as about, company_id as entity, session_date, place from placed
    union all
    select 'session_loss_rank', company_id, session_date, place from lost
)

select * from final
