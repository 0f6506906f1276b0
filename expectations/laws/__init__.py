"""Laws a contract cannot say: what the rows of one metric owe to each other and to the other metrics."""

from expectations.laws.law import ROUNDING, Frames, Law
from expectations.laws.prices import PRICE_LAWS
from expectations.laws.router import ROUTER_LAWS
from expectations.laws.router_estimates import ESTIMATE_LAWS

__all__ = ["LAWS", "ROUNDING", "Frames", "Law"]

LAWS: dict[str, Law] = {**ROUTER_LAWS, **PRICE_LAWS, **ESTIMATE_LAWS}
