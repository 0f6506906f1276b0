-- How the newest price book differs from what earlier ones said of the same: a row per model.
-- Decision: an entry is compared with its first statement, not its last, so that a wrong unit stays wrong on the second
-- day; what a person has let through stays released. 0 on one side has no ratio: a price may become free.
-- Decision: `is_shorter` is a model whose days begin later than they once did, or that has none left. A book forgets
-- models in time, yet nothing that was published vanishes without a person's word.
with entries as (
    select * from {{ ref('int_price_book_entries') }}
    where start_date <= last_date
),

firsts as (
    select
        *,
        first_value(input_usd_per_million) over entry as first_input,
        first_value(output_usd_per_million) over entry as first_output
    from entries
    window entry as (
        partition by provider, book_model, valid_from, tier_min_tokens, utc_start, utc_end
        order by observed_at, fetch_id, event_id
        rows between unbounded preceding and current row
    )
),

moved as (
    select
        model_id,
        max(greatest(
            cast(greatest(input_usd_per_million, first_input) as double)
            / nullif(cast(least(input_usd_per_million, first_input) as double), 0),
            cast(greatest(output_usd_per_million, first_output) as double)
            / nullif(cast(least(output_usd_per_million, first_output) as double), 0)
        )) filter (where is_newest) as moved_ratio
    from firsts
    group by model_id
),

begun as (
    select
        model_id,
        min(start_date) as first_date,
        min(start_date) filter (where is_newest) as newest_date
    from entries
    where tier_min_tokens = 0 and utc_start is null and utc_end is null
    group by model_id
),

final as (
    select
        begun.model_id,
        moved.moved_ratio,
        begun.newest_date is null or begun.newest_date > begun.first_date as is_shorter
    from begun
    inner join moved on begun.model_id = moved.model_id
)

select * from final
