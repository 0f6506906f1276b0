-- Each pair and TARGET day that a source ever gave a rate of, and the fetch that speaks for it now.
-- Decision: a fetch states its days whole, so a rate that the newest one leaves out has been taken back.
{{ keys_stated('int_rates_stated', ref('stg_fx_observed'), 'rate_date', 'base_currency, quote_currency') }}
