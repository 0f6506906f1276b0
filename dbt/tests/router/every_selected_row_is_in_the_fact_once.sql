-- To the token: what the fetches state is what the fact shows, row for row; a join that loses or doubles one is found.
with both_sides as (
    select usage_date, model_permaslug, tokens, 1 as selected_count, 0 as shown_count
    from {{ ref('int_usage_selected') }}
    union all
    select usage_date, model_permaslug, tokens, 0 as selected_count, 1 as shown_count
    from {{ ref('fct_usage_daily') }}
),

final as (
    select
        usage_date,
        model_permaslug,
        tokens,
        sum(selected_count) as selected_count,
        sum(shown_count) as shown_count
    from both_sides
    group by usage_date, model_permaslug, tokens
    having sum(selected_count) <> 1 or sum(shown_count) <> 1
)

select * from final
