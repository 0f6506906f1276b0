"""Series in Prometheus' text formats, over HTTP or as text; what is read for a scrape is kept for a while."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from time import monotonic

from prometheus_client import CollectorRegistry, generate_latest, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from tokenshare.errors import UsageError
from tokenshare.series import Sample, Series

KEPT_SECONDS = 10.0
Read = Callable[[], Sequence[Sample]]


class _Samples(Collector):
    """The samples of `read`, read once for all scrapes of `KEPT_SECONDS`, however many come at a time."""

    def __init__(self, read: Read) -> None:
        self._read, self._lock = read, Lock()
        self._kept: Sequence[Sample] = ()
        self._until = 0.0

    def collect(self) -> Iterator[Metric]:
        """The families of a scrape."""
        with self._lock:
            if monotonic() >= self._until:
                self._kept = self._read()
                self._until = monotonic() + KEPT_SECONDS
            kept = self._kept
        return _families(kept)

    def describe(self) -> Iterable[Metric]:
        """Nothing: a registry would otherwise read the home to learn the names."""
        return ()


def registry_of(read: Read) -> CollectorRegistry:
    """A registry of what `read` gives, to which others may add."""
    registry = CollectorRegistry()
    registry.register(_Samples(read))
    return registry


def text_of(read: Read) -> str:
    """One scrape, as text."""
    return generate_latest(registry_of(read)).decode()


@contextmanager
def serving(read: Read, host: str, port: int) -> Iterator[str]:
    """Serve scrapes from a thread while the block lasts; yields the address. Port 0 takes a free one.

    Raises UsageError if the port cannot be taken.
    """
    try:
        server, thread = start_http_server(port, host, registry_of(read))
    except OSError as error:
        raise UsageError(
            f"metrics cannot be served at {host}:{port} ({error.strerror or error})",
            "set TOKENSHARE_METRICS_PORT to a free port for each process, or to 0, which takes one",
        ) from error
    try:
        shown = f"[{host}]" if ":" in host else host
        yield f"http://{shown}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _families(samples: Iterable[Sample]) -> Iterator[Metric]:
    by_series: dict[Series, list[Sample]] = {}
    for sample in samples:
        by_series.setdefault(sample.series, []).append(sample)
    for series, found in by_series.items():
        kind = CounterMetricFamily if series.kind == "counter" else GaugeMetricFamily
        family = kind(series.family, series.meaning, labels=series.labels, unit=series.unit)
        for sample in found:
            family.add_metric(sample.labels, sample.value)
        yield family
