-- What the gates judge about claims, one row per check and key.
with withdrawn as (
    select * from {{ ref('int_rows_withdrawn') }} where source_id = 'claims'
),

final as (
    select 'withdrawn_rows' as check_name, row_key as key, cast(if(is_gone, 1, 0) as double) as observed
    from withdrawn
)

select * from final
