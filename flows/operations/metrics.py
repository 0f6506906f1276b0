"""Metrics for Prometheus beside a process that runs until it is stopped."""

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.prometheus.exposition import serving
from flows.queries.observe import Observer
from flows.settings import Settings
from flows.setup import Progress


@contextmanager
def serving_metrics(settings: Settings, progress: Progress) -> Iterator[None]:
    """Serve the series of the home while the block lasts, if the settings name a port. Raises UsageError if taken."""
    if settings.metrics_port is None:
        yield
        return
    with serving(Observer(settings).samples, settings.metrics_host, settings.metrics_port) as url:
        progress(f"metrics: {url}")
        yield
