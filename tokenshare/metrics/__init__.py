"""The metric registry: every relation we stand behind, and what must hold before it is shown."""

from tokenshare.metrics.group import Evidence, Group, Interval, Provenance
from tokenshare.metrics.marts import MARTS, MODELS, VENDORS
from tokenshare.metrics.metric import Metric, Window
from tokenshare.metrics.prices import LIST_PRICES, PRICE_METRICS
from tokenshare.metrics.programming import PROGRAMMING, PROGRAMMING_METRICS
from tokenshare.metrics.router import ROUTER_METRICS
from tokenshare.metrics.router_group import ROUTER, ROUTER_SOURCES
from tokenshare.metrics.spend import SPEND, SPEND_METRICS

__all__ = [
    "GROUPS", "GROUP_BY_ID", "METRICS", "METRIC_BY_ID", "ROUTER_SOURCES", "Evidence", "Group", "Interval", "Metric",
    "Provenance", "Window",
]  # fmt: skip

METRICS = (*ROUTER_METRICS, *PROGRAMMING_METRICS, *SPEND_METRICS, *PRICE_METRICS, *MARTS)
GROUPS = (ROUTER, PROGRAMMING, SPEND, LIST_PRICES, MODELS, VENDORS)
GROUP_BY_ID = {group.id: group for group in GROUPS}
METRIC_BY_ID = {metric.id: metric for metric in METRICS}
