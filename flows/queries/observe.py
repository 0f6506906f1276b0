"""The series of a home: read from what it has on record, so every process says the same, also after a restart."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Thread
from typing import Any

from connectors import lock
from connectors.sources import SOURCES
from connectors.storage import archive
from connectors.storage.alert_log import alert_status
from connectors.storage.home import Home, pass_totals
from connectors.storage.home.pass_totals import Totals
from connectors.storage.publications import catalog
from connectors.storage.publications.published import open_published
from flows.queries import overview
from flows.settings import Settings
from tokenshare import series
from tokenshare.errors import TokenshareError
from tokenshare.offsets import RETIRED
from tokenshare.series import Sample
from tokenshare.topics import CONSUMER_GROUP, TOPIC_NAMES

KAFKA_SECONDS = 4.0  # a scrape waits no longer for Kafka: Prometheus gives it ten in all
Progress = Mapping[tuple[str, int], tuple[int, int]]  # of a topic's partition: the next offset to land, and the end
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Published:
    """What the published file says: metrics as `metrics` lists them, and rows of its catalog."""

    metrics: Rows
    publications: Rows
    held_periods: Rows
    ledger: Rows
    dead_letters: Rows


@dataclass(frozen=True)
class Record:
    """What a home has on record: `published` is None before the first publication, `progress` if Kafka is silent."""

    is_running: bool
    totals: Totals
    answers: Mapping[str, datetime]
    alerts: Mapping[str, Any]
    published: Published | None
    progress: Progress | None


class Observer:
    """Reads a home for its series, without a lock and without opening the build database."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._home = settings, Home(settings.home)
        self._asking: _Question | None = None

    def samples(self) -> list[Sample]:
        """The series as of now. What cannot be read has no series but the one that says so."""
        return list(samples_of(self._read()))

    def _read(self) -> Record:
        home = self._home
        before = _running(home)
        totals = pass_totals.read(home.log, {*before, *_running(home)})
        return Record(bool(before), totals, _answers(home), alert_status.read(home), _published(home), self._progress())

    def _progress(self) -> Progress | None:
        """How far each partition has landed; None if Kafka does not answer in time. One question at a time is open."""
        question = self._asking or _Question(self._settings)
        question.join(KAFKA_SECONDS)
        self._asking = question if question.is_alive() else None
        return question.answer


class _Question(Thread):
    """The question to Kafka how far each partition has landed, on its way; no process waits for it to end."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(name="lag", daemon=True)
        self.answer: Progress | None = None
        self._settings = settings
        self.start()

    def run(self) -> None:
        """Ask; no answer is None."""
        from connectors.kafka import groups
        from flows.setup.cluster import running_cluster

        with suppress(TokenshareError):
            cluster = running_cluster(self._settings)
            self.answer = groups.progress(cluster, CONSUMER_GROUP, TOPIC_NAMES) if cluster else None


def samples_of(record: Record) -> Iterator[Sample]:
    """The series of what a home has on record; pure."""
    yield Sample(series.HOME_UP, float(record.published is not None))
    yield Sample(series.KAFKA_UP, float(record.progress is not None))
    yield from _of_progress(record.progress or {})
    yield from _of_passes(record)
    if record.published:
        yield from _of_records(record.published)
        yield from _of_metrics(record.published)
    for source, at in sorted(record.answers.items()):
        yield Sample(series.SOURCE_ANSWER, at.timestamp(), (source,))
    yield Sample(series.ALERTS_OPEN, len(record.alerts["open"]))
    yield Sample(series.ALERTS_UNDELIVERED, record.alerts["undelivered"])


def _of_progress(progress: Progress) -> Iterator[Sample]:
    for (topic, partition), (reached, end) in sorted(progress.items()):
        at = (topic, str(partition))
        yield Sample(series.LAG, max(0, end - reached), at)
        yield Sample(series.LANDED_OFFSET, reached, at)
        yield Sample(series.END_OFFSET, end, at)


def _of_passes(record: Record) -> Iterator[Sample]:
    totals = record.totals
    yield Sample(series.PASS_RUNNING, float(record.is_running))
    if totals.finished:
        yield Sample(series.PASS_FINISHED, totals.finished.timestamp())
    for outcome in series.OUTCOMES:
        yield Sample(series.PASSES, totals.outcomes.get(outcome, 0), (outcome,))
    for stage, seconds in totals.seconds.items():
        yield Sample(series.STAGE_SECONDS, seconds, (stage,))
        yield Sample(series.LAST_STAGE, totals.newest_seconds[stage], (stage,))


def _of_records(published: Published) -> Iterator[Sample]:
    landed, dead, open_letters = Counter[str](), Counter[str](), Counter[str]()
    for row in published.ledger:
        landed[row["topic"].split(RETIRED)[0]] += int(row["rows"])
    for row in published.dead_letters:
        dead[row["topic"]] += int(row["rejected"] + row["redriven"])  # what landed after all is no longer rejected
        open_letters[row["topic"]] += int(row["open"])
    for topic in TOPIC_NAMES:
        yield Sample(series.LANDED, landed[topic], (topic,))
        yield Sample(series.DEAD, dead[topic], (topic,))
        yield Sample(series.DEAD_OPEN, open_letters[topic], (topic,))


def _of_metrics(published: Published) -> Iterator[Sample]:
    periods = Counter(metric for metric, _ in {(row["metric"], row["period"]) for row in published.held_periods})
    shown = {(row["metric"], row["version"]): row["published_at"] for row in published.publications}
    for card in published.metrics:
        name = (card["metric"],)
        state = card["state"] if card["state"] in series.STATES else series.STATES[0]
        for one in series.STATES:
            yield Sample(series.METRIC_STATE, float(one == state), (*name, one))
        yield Sample(series.HELD_PERIODS, periods[card["metric"]], name)
        moments = {
            series.METRIC_PUBLISHED: shown.get((card["metric"], card["version"])),
            series.METRIC_AS_OF: card["as_of"],
            series.METRIC_HELD: card["held_since"],
        }
        yield from (Sample(of, at.timestamp(), name) for of, at in moments.items() if at)


def _running(home: Home) -> list[str]:
    owner = lock.owner(home.lock) if lock.is_held(home.lock) else None
    return [owner.run_id] if owner else []


def _answers(home: Home) -> dict[str, datetime]:
    """The moment of the last good answer of each source, also of one without news; none if the archive is away."""
    found = {}
    try:
        for source in SOURCES:
            if completed := archive.read_completed(home.archive, source.id):
                answer = completed.answer.observed_at if completed.answer else completed.observed_at
                found[source.id] = max(completed.observed_at, answer)
    except TokenshareError:
        return {}
    return found


def _published(home: Home) -> Published | None:
    tables = ("publications", "held_periods", "ledger", "dead_letters")
    try:
        with open_published(home.published_file):  # each query joins this one opening
            return Published(overview.metrics(home)["metrics"], *(catalog.read_catalog(home, name) for name in tables))
    except TokenshareError:
        return None
