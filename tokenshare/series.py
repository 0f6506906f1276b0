"""The numbers about a running set-up, as Prometheus scrapes them: each series declared once, with its labels and unit.

A moment is the seconds since 1970, so that its age is `time() - series` whenever somebody asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Kind = Literal["gauge", "counter", "histogram"]
OUTCOMES = ("ok", "held", "incomplete", "landed", "failed", "interrupted", "killed")  # of a pass
STATES = ("published", "held", "inactive")  # of a metric


@dataclass(frozen=True)
class Series:
    """A series by the name it is scraped under; of a histogram without `_bucket`, `_sum` and `_count`.

    `unit` is what its value counts, empty for a flag or a bare number; a name ends in its unit. Every label has a
    bounded set of values.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    labels: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """Its name without the suffix of a counter."""
        return self.name.removesuffix("_total")

    @property
    def scraped(self) -> tuple[str, ...]:
        """The names in a scrape."""
        parts = ("_bucket", "_sum", "_count") if self.kind == "histogram" else ("",)
        return tuple(f"{self.name}{part}" for part in parts)


@dataclass(frozen=True)
class Sample:
    """A value of a series, with a value for each of its labels."""

    series: Series
    value: float
    labels: tuple[str, ...] = ()


PARTITION, STAMP = ("topic", "partition"), "timestamp_seconds"

HOME_UP = Series("tokenshare_home_up", "gauge", "1 if the home is readable and has published, else 0.")
KAFKA_UP = Series("tokenshare_kafka_up", "gauge", "1 if Kafka answered, else 0; without an answer there is no lag.")
LAG = Series("tokenshare_consumer_lag_records", "gauge", "Records that have not landed yet.", "records", PARTITION)
LANDED_OFFSET = Series("tokenshare_landed_offset", "gauge", "The offset that is landed next.", "", PARTITION)
END_OFFSET = Series("tokenshare_end_offset", "gauge", "The end of the partition.", "", PARTITION)
LANDED = Series("tokenshare_landed_records_total", "counter", "Records landed as rows.", "records", ("topic",))
DEAD = Series("tokenshare_dead_letters_total", "counter", "Records that broke their contract.", "", ("topic",))
DEAD_OPEN = Series("tokenshare_dead_letters_open", "gauge", "Dead letters that nobody has settled.", "", ("topic",))
PASS_RUNNING = Series("tokenshare_pass_running", "gauge", "1 while a pass owns the home, else 0.")
PASS_FINISHED = Series(
    f"tokenshare_pass_finished_{STAMP}", "gauge", "When the last pass ended that reached its end.", "seconds"
)
PASSES = Series("tokenshare_passes_total", "counter", f"Passes that ended, as {', '.join(OUTCOMES)}.", "", ("outcome",))
STAGE_SECONDS = Series("tokenshare_stage_seconds_total", "counter", "Seconds in a stage.", "seconds", ("stage",))
LAST_STAGE = Series(
    "tokenshare_pass_stage_seconds", "gauge", "Seconds in a stage of the last pass with it.", "seconds", ("stage",)
)
METRIC_STATE = Series(
    "tokenshare_metric_state",
    "gauge",
    f"1 for the state of a metric, 0 for the others of {', '.join(STATES)}.",
    "",
    ("metric", "state"),
)
METRIC_PUBLISHED = Series(
    f"tokenshare_metric_published_{STAMP}", "gauge", "When its shown version was published.", "seconds", ("metric",)
)
METRIC_AS_OF = Series(
    f"tokenshare_metric_as_of_{STAMP}", "gauge", "The as-of up to which its version holds.", "seconds", ("metric",)
)
METRIC_HELD = Series(
    f"tokenshare_metric_held_{STAMP}",
    "gauge",
    "The as-of since which it is held; absent if not.",
    "seconds",
    ("metric",),
)
HELD_PERIODS = Series("tokenshare_metric_held_periods", "gauge", "Its held periods.", "periods", ("metric",))
SOURCE_ANSWER = Series(
    f"tokenshare_source_answer_{STAMP}", "gauge", "The moment of its last good answer.", "seconds", ("source",)
)
ALERTS_OPEN = Series("tokenshare_alerts_open", "gauge", "Open alerts.")
ALERTS_UNDELIVERED = Series("tokenshare_alerts_undelivered", "gauge", "Messages that a channel has not accepted.")

GATEWAY_REQUESTS = Series(
    "tokenshare_gateway_requests_total", "counter", "Requests by outcome.", "requests", ("form", "outcome")
)
GATEWAY_CALLS = Series("tokenshare_gateway_calls_total", "counter", "Calls by status.", "calls", ("form", "status"))
GATEWAY_SECONDS = Series("tokenshare_gateway_seconds", "histogram", "From a call to its answer.", "seconds", ("form",))
GATEWAY_WAITING = Series("tokenshare_gateway_calls_waiting", "gauge", "Calls being served.")
GATEWAY_DELIVERED = Series(
    f"tokenshare_gateway_delivered_{STAMP}", "gauge", "When Kafka last acknowledged a call.", "seconds"
)

OF_HOME = (
    *(HOME_UP, KAFKA_UP, LAG, LANDED_OFFSET, END_OFFSET, LANDED, DEAD, DEAD_OPEN),
    *(PASS_RUNNING, PASS_FINISHED, PASSES, STAGE_SECONDS, LAST_STAGE),
    *(METRIC_STATE, METRIC_PUBLISHED, METRIC_AS_OF, METRIC_HELD, HELD_PERIODS),
    *(SOURCE_ANSWER, ALERTS_OPEN, ALERTS_UNDELIVERED),
)
OF_GATEWAY = (GATEWAY_REQUESTS, GATEWAY_CALLS, GATEWAY_SECONDS, GATEWAY_WAITING, GATEWAY_DELIVERED)
SERIES_BY_NAME: Mapping[str, Series] = {name: one for one in (*OF_HOME, *OF_GATEWAY) for name in one.scraped}
