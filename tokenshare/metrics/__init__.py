"""The metric registry: every relation we stand behind, and what must hold before it is shown."""

from tokenshare.metrics.marts import MARTS
from tokenshare.metrics.metric import Metric, Window
from tokenshare.metrics.prices import PRICE_METRICS
from tokenshare.metrics.router import ROUTER_METRICS, ROUTER_SOURCES

__all__ = ["METRICS", "METRIC_BY_ID", "ROUTER_SOURCES", "Metric", "Window"]

METRICS = (*ROUTER_METRICS, *PRICE_METRICS, *MARTS)
METRIC_BY_ID = {metric.id: metric for metric in METRICS}
