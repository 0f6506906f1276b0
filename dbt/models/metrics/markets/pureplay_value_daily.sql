-- Decision: the total is over the companies that have a value by that day; one that joins later lifts it.
-- Decision: the total is as old as its oldest part, stale if any part is, and mixed where it adds market values and
-- disclosures.
{{ company_values(ref('int_companies_valued'), 'is_pureplay') }}
