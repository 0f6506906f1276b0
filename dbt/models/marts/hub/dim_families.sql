-- Families of open models, who makes them, and the organisations that count as official.
with families as (
    select * from {{ ref('families') }}
),

vendors as (
    select vendor_id, country_code
    from {{ ref('vendors') }}
    qualify row_number() over (partition by vendor_id order by valid_from desc) = 1
),

organisations as (
    select family_id, string_agg(organisation, ', ' order by organisation) as organisations
    from {{ ref('family_organisations') }}
    group by family_id
),

final as (
    select
        families.family_id,
        families.family_name,
        families.vendor_id,
        vendors.country_code,
        {{ is_chinese_country('vendors.country_code') }} as is_chinese,
        organisations.organisations,
        families.citation
    from families
    inner join vendors on families.vendor_id = vendors.vendor_id
    inner join organisations on families.family_id = organisations.family_id
)

select * from final
