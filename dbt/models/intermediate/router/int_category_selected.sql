-- The rows of the fetch that speaks for each week of a category, one per permaslug, with the vendor of the model.
-- Decision: where that fetch gives one permaslug two values the larger is kept and the gate holds (`is_conflicting`).
-- Decision: the vendor is the author's on the week's last day; stealth authors and `other` are nobody's: unknown.
with usage as (
    select * from {{ ref('stg_usage_category_observed') }}
),

chosen as (
    select * from {{ ref('int_category_provenance') }}
),

authors as (
    select lower(nfc_normalize(author)) as author_key, vendor_id, coalesce(valid_from, date '1970-01-01') as valid_from
    from {{ ref('authors') }}
),

stated as (
    select
        usage.*,
        usage.week_start_date + 6 as on_date,
        lower(nfc_normalize(split_part(usage.model_id, '/', 1))) as author_key
    from usage
    inner join chosen
        on
            usage.fetch_id = chosen.fetch_id
            and usage.category = chosen.category
            and usage.week_start_date = chosen.week_start_date
),

kept as (
    select
        *,
        count(*) over (partition by category, week_start_date, model_permaslug) as rows_count,
        min(tokens) over (partition by category, week_start_date, model_permaslug) < tokens as is_conflicting
    from stated
    qualify row_number() over (
        partition by category, week_start_date, model_permaslug order by tokens desc, event_id asc
    ) = 1
),

final as (
    select
        kept.week_start_date,
        kept.category,
        kept.model_permaslug,
        kept.model_id,
        kept.is_other,
        coalesce(authors.vendor_id, 'unknown') as vendor_id,
        kept.tokens,
        kept.rows_count,
        kept.is_conflicting,
        kept.source_id,
        kept.observed_at,
        kept.fetch_id,
        kept.event_id
    from kept
    asof left join authors on kept.author_key = authors.author_key and kept.on_date >= authors.valid_from
)

select * from final
