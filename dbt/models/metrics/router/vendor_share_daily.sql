-- Decision: `unknown` is a row like any vendor, so that rows add up: `other`, stealth models, vendors nobody mapped.
-- Decision: stealth models are unknown here even once attributed: the router did not show that name to anybody.
-- Decision: named_share leaves `other` out on both sides; upper_share gives the vendor everything that is unknown.
-- Decision: days_observed counts days with a model among the fifty; a day without one is unknown, not zero tokens.
{{ vendor_shares(ref('int_usage_attributed'), 'usage_date') }}
