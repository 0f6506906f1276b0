-- How a router share may be counted: which part, of which set; those published as metrics first.
-- Decision: with its attributed stealth models a vendor is counted once, over all tokens, where that is another number.
-- Published shares leave them to `unknown`, so it is one more number to try and not a metric.
with china (about, method, counted, of_set, preference) as (
    values
    ('china_share', 'identified', 'identified', 'all', 1),
    ('china_share', 'origin', 'origin', 'known', 2),
    ('china_share', 'top10', 'origin', 'top10', 3),
    ('china_share', 'lower', 'origin', 'all', 4),
    ('china_share', 'upper', 'upper', 'all', 5),
    ('china_share', 'top5', 'origin', 'top5', 6),
    ('china_share', 'top9', 'origin', 'top9', 7),
    ('china_share', 'origin_of_named', 'origin', 'named', 8),
    ('china_share', 'identified_of_named', 'identified', 'named', 9),
    ('china_share', 'identified_of_known', 'identified', 'known', 10),
    ('china_share', 'identified_of_top5', 'identified', 'top5', 11),
    ('china_share', 'identified_of_top9', 'identified', 'top9', 12),
    ('china_share', 'identified_of_top10', 'identified', 'top10', 13),
    ('china_part_of_open', 'origin', 'origin', 'known', 1),
    ('china_part_of_open', 'lower', 'origin', 'all', 2),
    ('china_part_of_open', 'upper', 'upper', 'all', 3),
    ('china_part_of_open', 'identified', 'identified', 'all', 4),
    ('china_part_of_open', 'top10', 'origin', 'top10', 5)
),

sets (of_set, preference) as (
    values ('all', 1), ('named', 2), ('known', 3), ('top10', 4), ('top9', 5), ('top5', 6)
),

abouts as (
    select unnest(['vendor_share', 'openness_share', 'free_share']) as about
),

final as (
    select * from china
    union all
    select abouts.about, 'of_' || sets.of_set as method, 'own' as counted, sets.of_set, sets.preference
    from abouts
    cross join sets
    union all
    select 'vendor_share', 'attributed', 'attributed', 'all', 7
)

select * from final
