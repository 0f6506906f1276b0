-- Developers of models, dated and cited. A vendor of whom no parent is known is its own.
with vendors as (
    select * from {{ ref('vendors') }}
),

final as (
    select
        vendor_id,
        coalesce(valid_from, date '1970-01-01') as valid_from,
        vendor_name,
        coalesce(parent_name, vendor_name) as parent_name,
        country_code,
        {{ is_chinese_country('country_code') }} as is_chinese,
        citation
    from vendors
)

select * from final
