-- The rows that curated files ever stated, and whether the newest complete reading has lost one.
-- Decision: a row that any complete reading had is missed until it stands there again, the file takes it back in so
-- many words, or a person has let that very row go.
-- Decision: a reading that itself lacked a known row, which stands again now, was a slip that has been put right: what
-- only such readings said is not missed.
with fetches as (
    select
        source_id,
        fetch_id,
        observed_at,
        withdrawn,
        row_number() over (partition by source_id order by observed_at desc, "offset" desc, fetch_id desc) = 1
            as is_newest
    from {{ ref('int_fetches_verified') }}
    where is_complete
),

stated as (
    select fetches.source_id, fetches.fetch_id, fetches.observed_at, fetches.is_newest, told.row_key
    from {{ ref('int_rows_stated') }} as told
    inner join fetches on told.fetch_id = fetches.fetch_id
),

known as (
    select source_id, row_key, min(observed_at) as first_at, max(observed_at) as last_at, bool_or(is_newest) as stands
    from stated
    group by source_id, row_key
),

slips as (
    select distinct fetches.fetch_id
    from fetches
    inner join known
        on fetches.source_id = known.source_id and fetches.observed_at > known.first_at and known.stands
    left join stated on fetches.fetch_id = stated.fetch_id and known.row_key = stated.row_key
    where stated.row_key is null
),

meant as (
    select distinct stated.source_id, stated.row_key
    from stated
    left join slips on stated.fetch_id = slips.fetch_id
    where slips.fetch_id is null
),

taken_back as (
    select source_id, observed_at, unnest(withdrawn) as row_key from fetches
),

final as (
    select
        meant.source_id,
        meant.row_key,
        not known.stands and coalesce(known.last_at > max(taken_back.observed_at), true) as is_gone
    from meant
    inner join known on meant.source_id = known.source_id and meant.row_key = known.row_key
    left join taken_back on meant.source_id = taken_back.source_id and meant.row_key = taken_back.row_key
    group by meant.source_id, meant.row_key, known.stands, known.last_at
)

select * from final
