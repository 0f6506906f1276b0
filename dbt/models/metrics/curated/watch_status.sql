-- Decision: the state is that of the newest reading, and holds since the first of the readings that agree with it; both
-- are dates of events, so the same facts give the same status whenever it is computed.
-- Decision: near is within a tenth of the threshold; where the threshold is 0, within a tenth of what is compared with.
-- Decision: a watch over several boards names the one it read, in its title too: "crossed" is said of that board.
-- Decision: a watch that nothing was read for has no data; that is not quiet.
with watches as (
    select * from {{ ref('watches') }}
),

points as (
    select
        points.watch_id,
        points.on_date,
        points.value,
        points.board_id,
        case
            when watches.comparison = 'above' and points.value > watches.threshold then 'crossed'
            when watches.comparison = 'at least' and points.value >= watches.threshold then 'crossed'
            when points.value >= points.near_value then 'near'
            else 'quiet'
        end as state
    from {{ ref('int_watch_points') }} as points
    inner join watches on points.watch_id = watches.watch_id
),

newest as (
    select * from points
    qualify row_number() over (partition by watch_id order by on_date desc) = 1
),

unlike as (
    select points.watch_id, max(points.on_date) as last_date
    from points
    inner join newest on points.watch_id = newest.watch_id
    where points.state <> newest.state
    group by points.watch_id
),

begun as (
    select points.watch_id, min(points.on_date) as since
    from points
    left join unlike on points.watch_id = unlike.watch_id
    where points.on_date > coalesce(unlike.last_date, date '0001-01-01')
    group by points.watch_id
),

final as (
    select
        watches.watch_id,
        watches.title || coalesce(': ' || newest.board_id, '') as title,
        coalesce(newest.state, 'no_data') as state,
        begun.since,
        cast(newest.value as double) as value,
        cast(watches.threshold as double) as threshold,
        watches.unit,
        newest.board_id
    from watches
    left join newest on watches.watch_id = newest.watch_id
    left join begun on watches.watch_id = begun.watch_id
)

select * from final
