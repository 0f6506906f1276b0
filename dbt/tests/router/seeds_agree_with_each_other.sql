-- What a person curates by hand: one row per key, known words only, and no vendor that the list of vendors lacks.
with mentioned as (
    select 'authors' as seed, author as seed_key, vendor_id from {{ ref('authors') }}
    union all
    select 'model_lineage', model_id, base_vendor_id from {{ ref('model_lineage') }}
    union all
    select 'stealth_attributions', model_id, vendor_id from {{ ref('stealth_attributions') }}
),

keys as (
    select 'vendors' as seed, vendor_id as seed_key, valid_from from {{ ref('vendors') }}
    union all
    select 'authors', lower(nfc_normalize(author)), valid_from from {{ ref('authors') }}
    union all
    select 'model_openness', model_id, valid_from from {{ ref('model_openness') }}
    union all
    select 'model_lineage', model_id, null from {{ ref('model_lineage') }}
    union all
    select 'stealth_attributions', model_id, null from {{ ref('stealth_attributions') }}
),

final as (
    select seed, seed_key, 'vendor not listed: ' || vendor_id as problem
    from mentioned
    where
        vendor_id <> 'unknown'
        and vendor_id not in (select vendors.vendor_id from {{ ref('vendors') }} as vendors)
    union all
    select seed, seed_key, 'more than one row' from keys group by seed, seed_key, valid_from having count(*) > 1
    union all
    select 'model_openness', model_id, 'is_open is ' || coalesce(is_open, 'empty')
    from {{ ref('model_openness') }}
    where coalesce(is_open, '') not in ('true', 'false', 'unknown')
)

select * from final
