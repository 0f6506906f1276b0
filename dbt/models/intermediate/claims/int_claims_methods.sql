-- How a router share may be counted: which part, of which set; those published as metrics first.
with methods as (
    select
        unnest([
            {'about': 'china_share', 'method': 'identified', 'counted': 'identified', 'of_set': 'all', 'preference': 1},
            {'about': 'china_share', 'method': 'origin', 'counted': 'origin', 'of_set': 'known', 'preference': 2},
            {'about': 'china_share', 'method': 'top10', 'counted': 'origin', 'of_set': 'top10', 'preference': 3},
            {'about': 'china_share', 'method': 'lower', 'counted': 'origin', 'of_set': 'all', 'preference': 4},
            {'about': 'china_share', 'method': 'upper', 'counted': 'upper', 'of_set': 'all', 'preference': 5},
            {'about': 'china_share', 'method': 'top5', 'counted': 'origin', 'of_set': 'top5', 'preference': 6},
            {'about': 'china_share', 'method': 'top9', 'counted': 'origin', 'of_set': 'top9', 'preference': 7},
            {'about': 'china_share', 'method': 'origin_of_named', 'counted': 'origin', 'of_set': 'named', 'preference': 8},
            {'about': 'china_share', 'method': 'identified_of_named', 'counted': 'identified', 'of_set': 'named', 'preference': 9},
            {'about': 'china_share', 'method': 'identified_of_known', 'counted': 'identified', 'of_set': 'known', 'preference': 10},
            {'about': 'china_share', 'method': 'identified_of_top5', 'counted': 'identified', 'of_set': 'top5', 'preference': 11},
            {'about': 'china_share', 'method': 'identified_of_top9', 'counted': 'identified', 'of_set': 'top9', 'preference': 12},
            {'about': 'china_share', 'method': 'identified_of_top10', 'counted': 'identified', 'of_set': 'top10', 'preference': 13},
            {'about': 'china_part_of_open', 'method': 'origin', 'counted': 'origin', 'of_set': 'known', 'preference': 1},
            {'about': 'china_part_of_open', 'method': 'lower', 'counted': 'origin', 'of_set': 'all', 'preference': 2},
            {'about': 'china_part_of_open', 'method': 'upper', 'counted': 'upper', 'of_set': 'all', 'preference': 3},
            {'about': 'china_part_of_open', 'method': 'identified', 'counted': 'identified', 'of_set': 'all', 'preference': 4},
            {'about': 'china_part_of_open', 'method': 'top10', 'counted': 'origin', 'of_set': 'top10', 'preference': 5}
        ]) as way
),

abouts as (
    select unnest(['vendor_share', 'openness_share', 'free_share']) as about
),

sets as (
    select unnest(['all', 'named', 'known', 'top10', 'top9', 'top5']) as of_set, unnest(range(1, 7)) as preference
),

final as (
    select
        way.about as about,
        way.method as method,
        way.counted as counted,
        way.of_set as of_set,
        way.preference as preference
    from methods
    union all
    select abouts.about, 'of_' || sets.of_set, 'own', sets.of_set, sets.preference
    from abouts
    cross join sets
)

select * from final
