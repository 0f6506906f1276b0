-- A place among losses is counted as the worst to date is: who is first among the losses so far is the worst so far.
select ranks.entity, ranks.session_date, ranks.place, shocks.is_worst_to_date
from {{ ref('int_claims_ranks_markets') }} as ranks
inner join {{ ref('session_shock_daily') }} as shocks
    on ranks.entity = shocks.company_id and ranks.session_date = shocks.session_date
where ranks.about = 'session_loss_rank' and (ranks.place = 1) <> shocks.is_worst_to_date
