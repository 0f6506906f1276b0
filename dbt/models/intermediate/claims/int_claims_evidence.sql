-- What the gates judge about claims: those that any complete reading of the file had and the newest has no more.
-- Decision: a claim is of its period: with other days it is another claim, and the one before is gone.
with fetches as (
    select * from {{ ref('int_fetches_verified') }} where source_id = 'claims' and is_complete
),

stated as (
    select distinct
        told.claim_id || ' ' || cast(told.start_date as varchar) || '/' || cast(told.end_date as varchar) as claim_key
    from {{ ref('stg_claim_quoted') }} as told
    inner join fetches on told.fetch_id = fetches.fetch_id
),

standing as (
    select claim_id || ' ' || cast(start_date as varchar) || '/' || cast(end_date as varchar) as claim_key
    from {{ ref('int_claims_stated') }}
),

final as (
    select
        'withdrawn_rows' as check_name,
        stated.claim_key as key,
        cast(if(standing.claim_key is null, 1, 0) as double) as observed
    from stated
    left join standing on stated.claim_key = standing.claim_key
)

select * from final
