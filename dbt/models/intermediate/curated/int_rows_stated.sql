-- Which rows each reading of a curated file stated, by the whole key.
-- Decision: a claim is of its period: with other days it is another claim, and the one before is gone.
with final as (
    select fetch_id, fact_id || ' ' || company_id || ' ' || cast(fact_date as varchar) as row_key
    from {{ ref('stg_disclosure_observed') }}
    union
    select fetch_id, board_id || ' ' || cast(ranking_date as varchar) || ' ' || entry_id
    from {{ ref('stg_leaderboard_observed') }}
    union
    select fetch_id, vendor_id || ' ' || cast(release_date as varchar) || ' ' || release
    from {{ ref('stg_release_observed') }}
    union
    select fetch_id, claim_id || ' ' || cast(start_date as varchar) || '/' || cast(end_date as varchar)
    from {{ ref('stg_claim_quoted') }}
)

select * from final
