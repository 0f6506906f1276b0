-- What a person curates about the Hub: one row per key, and no vendor, family or organisation that its list lacks.
with vendors as (
    select distinct vendor_id from {{ ref('vendors') }}
),

families as (
    select * from {{ ref('families') }}
),

official as (
    select * from {{ ref('family_organisations') }}
),

organisations as (
    select * from {{ ref('hub_organisations') }}
),

keys as (
    select 'families' as seed, family_id as seed_key from families
    union all
    select 'family_organisations', family_id || ' ' || lower(organisation) from official
    union all
    select 'hub_organisations', lower(organisation) from organisations
),

final as (
    select seed, seed_key, 'more than one row' as problem from keys group by seed, seed_key having count(*) > 1
    union all
    select 'families', family_id, 'vendor not listed: ' || vendor_id
    from families
    where vendor_id not in (select vendors.vendor_id from vendors)
    union all
    select 'hub_organisations', organisation, 'vendor not listed: ' || vendor_id
    from organisations
    where vendor_id not in (select vendors.vendor_id from vendors)
    union all
    select 'family_organisations', organisation, 'family not listed: ' || family_id
    from official
    where family_id not in (select families.family_id from families)
    union all
    select 'family_organisations', organisation, 'organisation not mapped'
    from official
    where organisation not in (select organisations.organisation from organisations)
    union all
    select 'families', family_id, 'no official organisation'
    from families
    where family_id not in (select official.family_id from official)
)

select * from final
