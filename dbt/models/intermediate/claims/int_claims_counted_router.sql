-- What the router's shares are made of: the tokens of each part, within each set that a share may be of.
-- Decision: a part of a set is counted within that set, on both sides of the division: Chinese among the ten.
with asked as (
    select distinct about from {{ ref('int_claims_asked') }}
),

used as (
    select
        *,
        if(origin = 'unknown' or openness = 'unknown', 'unknown', openness || '_' || origin) as openness_class,
        origin = 'chinese' as is_chinese
    from {{ ref('int_claims_used_router') }}
),

labelled as (
    select
        *,
        unnest([
            { 'about': 'china_share', 'entity': '', 'counted': 'whole', 'is_counted': true },
            { 'about': 'china_share', 'entity': '', 'counted': 'identified', 'is_counted': is_identified },
            { 'about': 'china_share', 'entity': '', 'counted': 'origin', 'is_counted': is_chinese },
            { 'about': 'china_share', 'entity': '', 'counted': 'upper', 'is_counted': origin <> 'other' },
            { 'about': 'vendor_share', 'entity': '', 'counted': 'whole', 'is_counted': true },
            { 'about': 'vendor_share', 'entity': vendor_id, 'counted': 'own', 'is_counted': true },
            { 'about': 'vendor_share', 'entity': attributed_vendor_id, 'counted': 'attributed', 'is_counted': true },
            { 'about': 'openness_share', 'entity': '', 'counted': 'whole', 'is_counted': true },
            { 'about': 'openness_share', 'entity': openness_class, 'counted': 'own', 'is_counted': true },
            { 'about': 'china_part_of_open', 'entity': '', 'counted': 'whole', 'is_counted': openness = 'open' },
            {
                'about': 'china_part_of_open', 'entity': '', 'counted': 'identified',
                'is_counted': openness = 'open' and is_identified
            },
            {
                'about': 'china_part_of_open', 'entity': '', 'counted': 'origin',
                'is_counted': openness = 'open' and is_chinese
            },
            {
                'about': 'china_part_of_open', 'entity': '', 'counted': 'upper',
                'is_counted': openness = 'open' and origin <> 'other'
            },
            { 'about': 'free_share', 'entity': '', 'counted': 'whole', 'is_counted': true },
            { 'about': 'free_share', 'entity': '', 'counted': 'own', 'is_counted': is_free }
        ]) as told
    from used
),

chosen as (
    select
        labelled.*,
        unnest([
            { 'of_set': 'all', 'is_inside': true },
            { 'of_set': 'named', 'is_inside': labelled.model_id <> 'other' },
            { 'of_set': 'known', 'is_inside': labelled.origin <> 'unknown' },
            { 'of_set': 'top5', 'is_inside': coalesce(labelled.model_rank <= 5, false) },
            { 'of_set': 'top9', 'is_inside': coalesce(labelled.model_rank <= 9, false) },
            { 'of_set': 'top10', 'is_inside': coalesce(labelled.model_rank <= 10, false) }
        ]) as inside
    from labelled
    inner join asked on labelled.told['about'] = asked.about
),

summed as (
    select
        chosen.span_name,
        chosen.end_date,
        told.about,
        told.entity,
        told.counted,
        inside.of_set,
        sum(if(told.is_counted and inside.is_inside, chosen.tokens, 0)) as tokens,
        bool_or(chosen.vendor_id <> chosen.attributed_vendor_id) as has_stealth
    from chosen
    group by all
),

final as (
    select * exclude (has_stealth) from summed where counted <> 'attributed' or has_stealth
)

select * from final
