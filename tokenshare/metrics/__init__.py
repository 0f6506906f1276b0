"""The metric registry: every published relation, and the conditions of its publication."""

from tokenshare.metrics.claims import CLAIM_METRICS, CLAIMS
from tokenshare.metrics.curated import CURATED_GROUPS, CURATED_METRICS
from tokenshare.metrics.gateway import GATEWAY, GATEWAY_METRICS
from tokenshare.metrics.group import Evidence, Group, Interval, Provenance
from tokenshare.metrics.hub import HUB_GROUPS, HUB_MARTS, HUB_METRICS
from tokenshare.metrics.markets import MARKET_GROUPS, MARKET_MARTS, MARKET_METRICS
from tokenshare.metrics.marts import MARTS, MODELS, VENDORS
from tokenshare.metrics.metric import Metric, MetricWindow
from tokenshare.metrics.prices import LIST_PRICES, PRICE_METRICS
from tokenshare.metrics.programming import PROGRAMMING, PROGRAMMING_METRICS
from tokenshare.metrics.router import ROUTER, ROUTER_METRICS, ROUTER_SOURCES
from tokenshare.metrics.spend import SPEND, SPEND_METRICS

__all__ = [
    "GROUPS",
    "GROUP_BY_ID",
    "METRICS",
    "METRIC_BY_ID",
    "ROUTER_SOURCES",
    "Evidence",
    "Group",
    "Interval",
    "Metric",
    "MetricWindow",
    "Provenance",
]

METRICS = (
    *(*ROUTER_METRICS, *PROGRAMMING_METRICS, *SPEND_METRICS, *PRICE_METRICS, *MARKET_METRICS, *HUB_METRICS),
    *(*CURATED_METRICS, *CLAIM_METRICS, *GATEWAY_METRICS, *MARTS, *MARKET_MARTS, *HUB_MARTS),
)
GROUPS = (
    *(ROUTER, PROGRAMMING, SPEND, LIST_PRICES, *CURATED_GROUPS, CLAIMS, MODELS, VENDORS),
    *(*MARKET_GROUPS, *HUB_GROUPS, GATEWAY),
)
GROUP_BY_ID = {group.id: group for group in GROUPS}
METRIC_BY_ID = {metric.id: metric for metric in METRICS}
