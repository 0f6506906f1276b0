-- One row per model and day it is asked about (its usage days and the newest day): whose it is, and its origin.
-- Decision: authors match after lower case and NFC only; a homoglyph stays unknown rather than join another's tokens.
-- Decision: stealth authors are nobody's name: vendor unknown, even where an attribution gives them an origin.
-- Decision: attributions and lineage, once known, hold for all days; vendors and their countries are dated.
with days as (
    select
        model_id,
        on_date,
        lower(nfc_normalize(split_part(model_id, '/', 1))) as author_key
    from {{ ref('int_models_met') }}
),

authors as (
    select lower(nfc_normalize(author)) as author_key, vendor_id, coalesce(valid_from, date '1970-01-01') as valid_from
    from {{ ref('authors') }}
),

vendors as (
    select
        vendor_id,
        {{ is_chinese_country('country_code') }} as is_chinese,
        coalesce(valid_from, date '1970-01-01') as valid_from
    from {{ ref('vendors') }}
),

lineage as (
    select model_id, base_model, {{ is_chinese_country('base_country_code') }} as is_chinese
    from {{ ref('model_lineage') }}
    qualify row_number() over (partition by model_id order by is_chinese desc, base_model asc) = 1
),

named as (
    select
        days.model_id,
        days.on_date,
        days.author_key in ('openrouter', 'stealth') as is_stealth,
        case when is_stealth then 'unknown' else coalesce(authors.vendor_id, 'unknown') end as vendor_id
    from days
    asof left join authors on days.author_key = authors.author_key and days.on_date >= authors.valid_from
),

joined as (
    select
        named.*,
        stealth.vendor_id as attributed_vendor_id,
        lineage.base_model,
        coalesce(lineage.is_chinese, false) as has_chinese_base
    from named
    left join {{ ref('stealth_attributions') }} as stealth on named.model_id = stealth.model_id
    left join lineage on named.model_id = lineage.model_id
),

judged as (
    select
        joined.*,
        coalesce(own.is_chinese, false) as is_identified,
        coalesce(attributed.is_chinese, false) as has_chinese_attribution
    from joined
    asof left join vendors as own on joined.vendor_id = own.vendor_id and joined.on_date >= own.valid_from
    asof left join vendors as attributed
        on joined.attributed_vendor_id = attributed.vendor_id and joined.on_date >= attributed.valid_from
),

final as (
    select
        * exclude (has_chinese_base, has_chinese_attribution),
        has_chinese_base and not is_identified as is_lineage,
        has_chinese_attribution and not is_identified and not has_chinese_base as is_attributed,
        case
            when is_identified or has_chinese_base or has_chinese_attribution then 'chinese'
            when vendor_id = 'unknown' and attributed_vendor_id is null then 'unknown'
            else 'other'
        end as origin
    from judged
)

select * from final
