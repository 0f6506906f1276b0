-- Decision: the count is of major releases in the 365 days that end with the release, itself included if it is major.
with releases as (
    select * from {{ ref('int_releases_selected') }}
),

final as (
    select
        vendor_id,
        release_date,
        release,
        is_major,
        is_open,
        count(*) filter (where is_major) over (
            partition by vendor_id
            order by release_date range between interval 364 days preceding and current row
        ) as releases_trailing_year_count,
        citation
    from releases
)

select * from final
