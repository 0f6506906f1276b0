-- Tokens of each day whose author no map knows (origin), and of models of which none knows the openness (openness).
-- Decision: `other` and stealth models are nobody's to map, and what a person looked up as unknown is known to be so.
with usage as (
    select * from {{ ref('int_usage_attributed') }}
    where not is_other and (is_unmapped or vendor_id <> 'unknown')
),

looked_up as (
    select distinct model_id from {{ ref('model_openness') }}
),

final as (
    select 'origin' as kind, split_part(model_id, '/', 1) as name, usage_date, week_start_date, tokens
    from usage
    where is_unmapped
    union all
    select 'openness', usage.model_id, usage.usage_date, usage.week_start_date, usage.tokens
    from usage
    left join looked_up on usage.model_id = looked_up.model_id
    where usage.openness = 'unknown' and looked_up.model_id is null
)

select * from final
