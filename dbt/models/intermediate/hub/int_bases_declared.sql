-- One row per day, repository, relation and family whose model it declares as a direct base.
-- Decision: a base counts for the family whose official repository it is; a fine-tune of a fine-tune names another base
-- and is nobody's direct derivative. One that names bases of two families is in here for both.
with listed as (
    select download_date, hub_id, unnest(base_models) as base_model
    from {{ ref('int_listings_attributed') }}
),

final as (
    select distinct
        listed.download_date,
        listed.hub_id,
        split_part(listed.base_model, ':', 1) as relation,
        bases.family_id
    from listed
    inner join {{ ref('int_repositories_attributed') }} as bases
        on regexp_replace(listed.base_model, '^[^:]*:', '') = bases.repo
    where bases.family_id is not null
)

select * from final
