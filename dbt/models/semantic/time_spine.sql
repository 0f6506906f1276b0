-- A row a day, for whoever asks the semantic models for days without a number. No pass builds it.
select cast(spine.starts_at as date) as date_day
from range(timestamp '2015-01-01', timestamp '2036-01-01', interval 1 day) as spine (starts_at)
