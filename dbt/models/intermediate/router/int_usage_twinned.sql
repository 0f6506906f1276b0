-- How far our daily shares are from those the keyless export computed itself, on days that both sources state.
-- Decision: a permaslug that one side lacks differs by its whole share; the largest difference of the day is judged.
-- Decision: a held day is not compared: what stands for it is older than what the other side says.
with stated as (
    select * from {{ ref('int_usage_stated') }}
),

both_sides as (
    select
        usage_date,
        arg_max(fetch_id, (observed_at, fetch_id)) filter (where source_id = 'openrouter_exports') as export_fetch_id
    from stated
    where {{ is_let_in(['int_usage_provenance'], 'stated.usage_date') }}
    group by usage_date
    having count(distinct source_id) filter (
        where source_id in ('openrouter_rankings', 'openrouter_exports')
    ) = 2
),

our_shares as (
    select
        selected.usage_date,
        selected.model_permaslug,
        selected.tokens / nullif(sum(selected.tokens) over (partition by selected.usage_date), 0) as token_share
    from {{ ref('int_usage_selected') }} as selected
    semi join both_sides on selected.usage_date = both_sides.usage_date
),

their_shares as (
    select exported.usage_date, exported.model_permaslug, max(exported.share_of_daily_tokens) as token_share
    from {{ ref('stg_usage_observed') }} as exported
    inner join both_sides
        on exported.usage_date = both_sides.usage_date and exported.fetch_id = both_sides.export_fetch_id
    group by exported.usage_date, exported.model_permaslug
),

final as (
    select
        coalesce(ours.usage_date, theirs.usage_date) as usage_date,
        max(abs(coalesce(ours.token_share, 0) - coalesce(theirs.token_share, 0))) as twin_difference
    from our_shares as ours
    full outer join their_shares as theirs
        on ours.usage_date = theirs.usage_date and ours.model_permaslug = theirs.model_permaslug
    group by all
)

select * from final
