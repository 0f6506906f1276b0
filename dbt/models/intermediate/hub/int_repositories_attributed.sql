-- Every repository name met, listed or named as a base: its organisation, vendor and official family.
-- Decision: organisations match after lower case and NFC only. One that nobody mapped is `unknown`, never guessed.
-- Decision: a family's official repositories are those of its official organisations; where such an organisation holds
-- other things as well (Google, Microsoft, NVIDIA), only the repositories whose name has the family's pattern.
with listed as (
    select * from {{ ref('int_downloads_stated') }}
),

named as (
    select repo from listed
    union
    select regexp_replace(unnest(base_models), '^[^:]*:', '') as repo from listed
),

keyed as (
    select
        repo,
        split_part(repo, '/', 1) as organisation,
        lower(nfc_normalize(split_part(repo, '/', 1))) as organisation_key,
        lower(nfc_normalize(split_part(repo, '/', 2))) as name_key
    from named
),

vendors as (
    select lower(nfc_normalize(organisation)) as organisation_key, vendor_id from {{ ref('hub_organisations') }}
),

official as (
    select lower(nfc_normalize(organisation)) as organisation_key, family_id, repo_pattern
    from {{ ref('family_organisations') }}
),

final as (
    select
        keyed.repo,
        keyed.organisation,
        coalesce(vendors.vendor_id, 'unknown') as vendor_id,
        official.family_id
    from keyed
    left join vendors on keyed.organisation_key = vendors.organisation_key
    left join official
        on
            keyed.organisation_key = official.organisation_key
            and regexp_matches(keyed.name_key, official.repo_pattern)
    qualify row_number() over (partition by keyed.repo order by official.family_id) = 1
)

select * from final
