-- Each line and day of counting that a source ever gave a count of, and the fetch that speaks for it now.
-- Decision: a fetch states its days whole, so a count that the newest one leaves out has been taken back.
{{ keys_stated('int_counts_stated', ref('stg_share_count_observed'), 'count_date', 'symbol') }}
