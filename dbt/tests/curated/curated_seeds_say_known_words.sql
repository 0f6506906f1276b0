-- What a person adds to the seeds of curated facts: one row per id, known words only, and a threshold to hold against.
with ids as (
    select 'watches' as seed, watch_id as seed_key from {{ ref('watches') }}
    union all
    select 'disclosed_ratios', ratio_id from {{ ref('disclosed_ratios') }}
),

places as (
    select ratio_id, numerator_place as place from {{ ref('disclosed_ratios') }}
    union all
    select ratio_id, denominator_place from {{ ref('disclosed_ratios') }}
),

final as (
    select seed, seed_key, 'more than one row' as problem from ids group by seed, seed_key having count(*) > 1
    union all
    select 'watches', watch_id, 'comparison is ' || coalesce(comparison, 'empty')
    from {{ ref('watches') }}
    where coalesce(comparison, '') not in ('above', 'at least')
    union all
    select 'watches', watch_id, 'no threshold' from {{ ref('watches') }} where threshold is null
    union all
    select 'disclosed_ratios', ratio_id, 'place is ' || coalesce(place, 'empty')
    from places
    where coalesce(place, '') not in ('newest', 'previous')
)

select * from final
