-- Router tokens of each model in each window that a claim asks for, as published, and its place among the models.
-- Decision: claims are held against what readers see: the published fact and dimensions, nothing behind them.
with spans as (
    select * from {{ ref('int_claims_spanned_router') }} where is_asked
),

facts as (
    select
        usage_date,
        model_id,
        vendor_id,
        origin,
        openness,
        variant = 'free' as is_free,
        sum(tokens) as tokens
    from {{ ref('fct_usage_daily') }}
    group by all
),

vendors as (
    select vendor_id, valid_from, is_chinese from {{ ref('dim_vendors') }}
),

models as (
    select model_id, attributed_vendor_id from {{ ref('dim_models') }}
),

usage as (
    select
        facts.*,
        coalesce(models.attributed_vendor_id, facts.vendor_id) as attributed_vendor_id,
        coalesce(vendors.is_chinese, false) as is_identified
    from facts
    left join models on facts.model_id = models.model_id
    asof left join vendors on facts.vendor_id = vendors.vendor_id and facts.usage_date >= vendors.valid_from
),

used as (
    select
        spans.span_name,
        spans.end_date,
        usage.model_id,
        usage.vendor_id,
        usage.attributed_vendor_id,
        usage.origin,
        usage.openness,
        usage.is_free,
        usage.is_identified,
        sum(usage.tokens) as tokens
    from spans
    inner join usage on usage.usage_date between spans.start_date and spans.end_date
    group by all
),

placed as (
    select
        span_name,
        end_date,
        model_id,
        row_number() over (partition by span_name, end_date order by sum(tokens) desc, model_id asc) as model_rank
    from used
    where model_id <> 'other'
    group by span_name, end_date, model_id
),

final as (
    select used.*, placed.model_rank
    from used
    left join placed
        on used.span_name = placed.span_name and used.end_date = placed.end_date and used.model_id = placed.model_id
)

select * from final
