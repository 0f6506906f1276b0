"""The metric registry: every relation we stand behind, and what must hold before it is shown."""

from tokenshare.metrics.claims import CLAIM_METRICS, CLAIMS
from tokenshare.metrics.curated import CURATED_GROUPS, CURATED_METRICS
from tokenshare.metrics.group import Evidence, Group, Interval, Provenance
from tokenshare.metrics.hub import HUB_MARTS, HUB_METRICS
from tokenshare.metrics.hub_groups import HUB_GROUPS
from tokenshare.metrics.markets import MARKET_MARTS, MARKET_METRICS
from tokenshare.metrics.markets_group import MARKET_GROUPS
from tokenshare.metrics.marts import MARTS, MODELS, VENDORS
from tokenshare.metrics.metric import Metric, Window
from tokenshare.metrics.prices import PRICE_METRICS
from tokenshare.metrics.prices_group import LIST_PRICES
from tokenshare.metrics.programming import PROGRAMMING, PROGRAMMING_METRICS
from tokenshare.metrics.router import ROUTER_METRICS
from tokenshare.metrics.router_group import ROUTER, ROUTER_SOURCES
from tokenshare.metrics.spend import SPEND, SPEND_METRICS

__all__ = [
    "GROUPS", "GROUP_BY_ID", "METRICS", "METRIC_BY_ID", "ROUTER_SOURCES", "Evidence", "Group", "Interval", "Metric",
    "Provenance", "Window",
]  # fmt: skip

METRICS = (
    *(*ROUTER_METRICS, *PROGRAMMING_METRICS, *SPEND_METRICS, *PRICE_METRICS, *MARKET_METRICS, *HUB_METRICS),
    *(*CURATED_METRICS, *CLAIM_METRICS, *MARTS, *MARKET_MARTS, *HUB_MARTS),
)
GROUPS = (
    *(ROUTER, PROGRAMMING, SPEND, LIST_PRICES, *CURATED_GROUPS, CLAIMS, MODELS, VENDORS),
    *(*MARKET_GROUPS, *HUB_GROUPS),
)
GROUP_BY_ID = {group.id: group for group in GROUPS}
METRIC_BY_ID = {metric.id: metric for metric in METRICS}
