-- Decision: equal scores are one place and the next place follows without a gap: 1, 1, 2.
-- Decision: the open-weight rank is among entries known to be open; an entry of unknown openness has none.
-- Decision: the country is that of the vendor's parent on the day of the ranking; false where nobody mapped the vendor.
with entries as (
    select * from {{ ref('int_entries_selected') }}
),

vendors as (
    select
        vendor_id,
        valid_from,
        lead(valid_from) over (partition by vendor_id order by valid_from) as valid_to,
        {{ is_chinese_country('country_code') }} as is_chinese
    from {{ ref('vendors') }}
),

final as (
    select
        entries.board_id,
        entries.ranking_date,
        dense_rank() over (
            partition by entries.board_id, entries.ranking_date
            order by entries.score desc
        ) as board_rank,
        entries.entry_id,
        entries.model,
        entries.vendor_id,
        cast(entries.score as double) as score,
        coalesce(vendors.is_chinese, false) as is_chinese,
        entries.is_open,
        if(
            entries.is_open,
            dense_rank() over (
                partition by entries.board_id, entries.ranking_date, coalesce(entries.is_open, false)
                order by entries.score desc
            ),
            null
        ) as open_rank
    from entries
    left join vendors
        on
            entries.vendor_id = vendors.vendor_id
            and entries.ranking_date >= vendors.valid_from
            and entries.ranking_date < coalesce(vendors.valid_to, date '9999-12-31')
)

select * from final
