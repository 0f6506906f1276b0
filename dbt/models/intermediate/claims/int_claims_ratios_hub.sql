-- One side's families over the other's, for each ratio that is asked for.
-- Decision: each side is named by families or by vendors, joined by `+`: `qwen/google+meta`. Derivatives of several
-- families are added up, so a repository that names bases of two counts twice on that side.
with asked as (
    select distinct about, entity
    from {{ ref('int_claims_asked') }}
    where about in ('family_downloads_ratio', 'family_derivatives_ratio')
),

families as (
    select * from {{ ref('dim_families') }}
),

counted as (
    select * from {{ ref('int_claims_counted_hub') }}
    where method in ('official', 'any', 'tagged')
),

sides as (
    select
        asked.about,
        asked.entity,
        unnest([
            { 'is_own': true, 'names': string_split(split_part(asked.entity, '/', 1), '+') },
            { 'is_own': false, 'names': string_split(split_part(asked.entity, '/', 2), '+') }
        ]) as side
    from asked
),

members as (
    select sides.about, sides.entity, sides.side['is_own'] as is_own, families.family_id
    from sides
    inner join families
        on
            list_contains(sides.side['names'], families.family_id)
            or list_contains(sides.side['names'], families.vendor_id)
),

sums as (
    select
        members.about,
        members.entity,
        counted.method,
        counted.preference,
        counted.end_date,
        sum(counted.counted) filter (where members.is_own) as numerator,
        sum(counted.counted) filter (where not members.is_own) as denominator
    from members
    inner join counted on members.family_id = counted.family_id and members.about = counted.about || '_ratio'
    group by all
),

final as (
    select * from sums
    where numerator is not null and denominator > 0
)

select * from final
