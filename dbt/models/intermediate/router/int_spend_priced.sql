-- Tokens of complete weeks with the cheapest and the dearest bill that any split into prompt and completion allows.
-- Decision: the price of a week is the newest the catalogue showed on or before its Sunday; where it showed none that
-- early, the earliest it showed later. A past price is not known then, and a later one stands in for it.
-- Decision: `:free` costs 0 whatever the catalogue says. Another price that is unknown or variable (-1) is not 0: those
-- tokens have no price, and nor has `other`. A variant is not billed at the price of another.
-- Decision: all prompt or all completion, whichever is cheaper, and whichever is dearer: the split itself, cached and
-- reasoning tokens are not in the data. Money is whole units of 1e-18 USD, so that no order of adding changes a cent.
-- Decision: a price beyond a million USD per million tokens counts as a million: it is wrong, and the gate says so.
with usage as (
    select week_start_date, model_permaslug, variant, is_other, vendor_id, sum(tokens) as tokens
    from {{ ref('int_usage_weekly') }} as weekly
    where {{ is_let_in(['int_spend_provenance'], 'weekly.week_start_date') }}
    group by all
),

prices as (
    select
        model_id as model_permaslug,
        price_date,
        fetch_id,
        if(input_usd_per_million > 1000000, 1000000, input_usd_per_million) as input_usd,
        if(output_usd_per_million > 1000000, 1000000, output_usd_per_million) as output_usd
    from {{ ref('int_price_selected') }}
),

whole_prices as (
    select
        * exclude (input_usd, output_usd),
        cast(input_usd * 1000000000000 as hugeint) as input_price,
        cast(output_usd * 1000000000000 as hugeint) as output_price
    from prices
),

keyed as (
    select *, week_start_date + 6 as last_date
    from usage
),

joined as (
    select
        keyed.*,
        coalesce(earlier.price_date, later.price_date) as price_date,
        coalesce(earlier.fetch_id, later.fetch_id) as fetch_id,
        if(earlier.price_date is null, later.input_price, earlier.input_price) as input_price,
        if(earlier.price_date is null, later.output_price, earlier.output_price) as output_price
    from keyed
    asof left join whole_prices as earlier
        on keyed.model_permaslug = earlier.model_permaslug and keyed.last_date >= earlier.price_date
    asof left join whole_prices as later
        on keyed.model_permaslug = later.model_permaslug and keyed.last_date < later.price_date
),

final as (
    select
        * exclude (input_price, output_price),
        variant = 'free' or coalesce(input_price + output_price, -1) >= 0 as is_priced,
        if(variant = 'free', 0, tokens * least(input_price, output_price)) as lowest_bill,
        if(variant = 'free', 0, tokens * greatest(input_price, output_price)) as highest_bill,
        if(variant = 'free', 0, greatest(input_price, output_price)) as dearest_price
    from joined
)

select * from final
