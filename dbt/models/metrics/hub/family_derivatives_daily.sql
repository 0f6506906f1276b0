-- Decision: a derivative declares a direct base model of the family; the family's own quantised copies do so as well,
-- and count. `any` counts a repository once, however many relations it declares.
-- Decision: families overlap (a merge names several bases), so there is no total over them.
-- Decision: `tagged` is apart: anybody may write a tag, and few of those who do declare a base.
with declared as (
    select * from {{ ref('int_bases_declared') }}
),

tags as (
    select download_date, hub_id, unnest(tags) as tag
    from {{ ref('int_listings_attributed') }}
),

tagged as (
    select tags.download_date, families.family_id, count(distinct tags.hub_id) as models_count
    from tags
    inner join {{ ref('families') }} as families on regexp_matches(lower(tags.tag), families.tag_pattern)
    group by tags.download_date, families.family_id
),

final as (
    select download_date, family_id, relation, count(*) as models_count
    from declared
    where relation in ('finetune', 'quantized', 'adapter', 'merge')
    group by download_date, family_id, relation
    union all
    select download_date, family_id, 'any', count(distinct hub_id)
    from declared
    group by download_date, family_id
    union all
    select download_date, family_id, 'tagged', models_count from tagged
)

select * from final
