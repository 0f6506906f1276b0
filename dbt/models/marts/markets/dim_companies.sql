-- Companies that are valued, with the line by which they are; curated by hand, cited.
with listings as (
    select
        *,
        string_agg(symbol, ', ' order by preference asc, symbol asc) over (partition by company_id) as symbols
    from {{ ref('company_lines') }}
),

final as (
    select
        companies.company_id,
        companies.company_name,
        companies.country_code,
        {{ is_chinese_country('companies.country_code') }} as is_chinese,
        companies.is_pureplay,
        companies.is_platform,
        listings.symbols,
        listings.symbol,
        listings.exchange,
        listings.currency,
        listings.units_per_line,
        listings.valid_from as listed_from_date,
        companies.citation
    from {{ ref('companies') }} as companies
    left join listings on companies.company_id = listings.company_id
    qualify
        row_number() over (partition by companies.company_id order by listings.preference asc, listings.symbol asc) = 1
)

select * from final
