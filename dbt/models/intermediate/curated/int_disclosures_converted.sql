-- Each figure with what it is in USD, and by which rate.
-- Decision: USD stays as it is; what is not money has no USD; money without a rate has none either, never a guess.
-- Decision: what the source itself says in USD stands beside ours and is never used for it.
with disclosures as (
    select * from {{ ref('int_disclosures_selected') }}
),

final as (
    select
        *,
        if(currency = 'USD', low, null) as low_usd,
        if(currency = 'USD', high, null) as high_usd,
        case
            when currency is null then 'not money'
            when currency = 'USD' then 'stated in USD'
            else 'no rate'
        end as usd_basis
    from disclosures
)

select * from final
