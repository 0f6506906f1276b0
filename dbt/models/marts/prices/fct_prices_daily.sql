-- Every price that held on a UTC day, from either source, tiers and time-of-day windows apart.
-- Decision: of two prices for one key, which a gate holds, the dearer is shown.
with stated as (
    select
        price_date,
        model_id,
        source_id,
        provider,
        tier_min_tokens,
        utc_start,
        utc_end,
        is_discounted,
        input_usd_per_million as input_usd,
        output_usd_per_million as output_usd
    from {{ ref('int_price_stated') }}
    union all by name
    select
        price_date,
        model_id,
        source_id,
        provider,
        tier_min_tokens,
        utc_start,
        utc_end,
        is_discounted,
        input_usd_per_million as input_usd,
        output_usd_per_million as output_usd
    from {{ ref('int_price_book_daily') }}
),

final as (
    select
        price_date,
        model_id,
        source_id,
        provider,
        cast(tier_min_tokens as bigint) as tier_min_tokens,
        case
            when utc_start is null and utc_end is null then 'all day'
            else
                coalesce(lpad(cast(utc_start as varchar), 4, '0'), '')
                || '-'
                || coalesce(lpad(cast(utc_end as varchar), 4, '0'), '')
        end as time_window,
        is_discounted,
        cast(input_usd as double) as input_usd_per_million,
        cast(output_usd as double) as output_usd_per_million
    from stated
    qualify row_number() over (
        partition by
            price_date, model_id, source_id, provider, tier_min_tokens, utc_start, utc_end, is_discounted
        order by input_usd desc nulls last, output_usd desc nulls last
    ) = 1
)

select * from final
