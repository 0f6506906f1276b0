"""Laws a contract cannot express: relations among the rows of a metric, and between metrics."""

from expectations.laws.claims import CLAIM_LAWS
from expectations.laws.curated import CURATED_LAWS
from expectations.laws.gateway import GATEWAY_LAWS
from expectations.laws.hub import HUB_LAWS
from expectations.laws.law import ROUNDING, Frames, Law
from expectations.laws.markets import MARKET_LAWS
from expectations.laws.prices import PRICE_LAWS
from expectations.laws.router import ROUTER_LAWS
from expectations.laws.router_estimates import ESTIMATE_LAWS

__all__ = ["LAWS", "ROUNDING", "Frames", "Law"]

LAWS: dict[str, Law] = {
    **ROUTER_LAWS,
    **ESTIMATE_LAWS,
    **PRICE_LAWS,
    **MARKET_LAWS,
    **CURATED_LAWS,
    **HUB_LAWS,
    **GATEWAY_LAWS,
    **CLAIM_LAWS,
}
