-- One row per fetch.completed, whether the landed events are the declared ones, and whether it waits for them.
-- Decision: a torn fetch waits until complete ones as new as it state each of its days again: other days replace
-- nothing. Its days are those it names, or else the last one it asked for: an answer to all reaches that.
with judged as (
    select * from {{ ref('int_fetches_judged') }}
),

torn_days as (
    select fetch_id, source_id, observed_at, unnest(coalesce(days, [end_date])) as stated_date, days is null as is_whole
    from judged
    where not is_complete
),

pending as (
    select distinct torn.fetch_id
    from torn_days as torn
    left join judged as newer
        on
            torn.source_id = newer.source_id
            and newer.is_complete
            and torn.observed_at <= newer.observed_at
            and not (torn.is_whole and newer.days is not null)
            and coalesce({{ states_day('newer', 'torn.stated_date') }}, true)
    where newer.fetch_id is null
),

final as (
    select judged.*, pending.fetch_id is not null as is_pending
    from judged
    left join pending on judged.fetch_id = pending.fetch_id
)

select * from final
