-- Authors without a vendor (origin) and models of unknown openness (openness), by the tokens they carry, each with the
-- columns of the row to propose: openness as the newest catalogue has it.
with unmapped as (
    select * from {{ ref('int_usage_unmapped') }}
),

totals as (
    select sum(tokens) as tokens from {{ ref('int_usage_selected') }}
),

summed as (
    select kind, name, sum(tokens) as mass, min(usage_date) as first_seen
    from unmapped
    group by kind, name
),

vendors as (
    select * from {{ ref('int_vendors_proposed') }}
),

entries as (
    select
        model_id,
        if(
            repository is null,
            json_object('is_open', 'false'),
            json_object('is_open', 'true', 'repository', repository)
        ) as proposal
    from {{ ref('int_catalogue_newest') }}
),

final as (
    select
        summed.kind,
        summed.name,
        cast(summed.mass as bigint) as mass,
        summed.mass / nullif(totals.tokens, 0) as share,
        summed.first_seen,
        cast(if(summed.kind = 'origin', vendors.proposal, entries.proposal) as varchar) as proposal
    from summed
    cross join totals
    left join vendors on summed.kind = 'origin' and summed.name = vendors.author
    left join entries on summed.kind = 'openness' and summed.name = entries.model_id
)

select * from final
