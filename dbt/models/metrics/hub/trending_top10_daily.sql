-- Decision: the Hub does not publish how the score is made; it is shown as given, and only ranked.
-- Decision: Chinese is whose organisation's vendor is; a fine-tune of a Chinese model by others is not counted here.
with repositories as (
    select * from {{ ref('int_listings_attributed') }}
    where trending_score > 0
),

ranked as (
    select
        *,
        row_number() over (partition by download_date order by trending_score desc, repo asc) as trending_rank
    from repositories
),

final as (
    select
        download_date,
        trending_rank,
        repo,
        organisation as author,
        is_chinese,
        trending_score,
        count(*) filter (where is_chinese) over (
            partition by download_date order by trending_rank
        ) as chinese_so_far_count
    from ranked
    where trending_rank <= 10
)

select * from final
