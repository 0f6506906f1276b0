"""Turns of `stream` within one hour: one version, made anew, and nothing restated that was not over."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import producer, topics
from connectors.kafka.cluster import Cluster
from connectors.storage.publications.lineage import BLOCK, LINEAGE, WHOLE_HOURS, parts_sql
from connectors.storage.warehouse import open_warehouse
from flows import settings
from flows.operations import stream as stream_operation
from flows.queries.verify import verify
from flows.queries.verify.promises import PROMISES
from flows.setup.context import LANDS_ONLY
from tests.faults.requests import new_home
from tests.gateway.traffic import Report, event_of
from tests.scene import ROUTER_ALONE, Scene
from tokenshare.noop import noop
from tokenshare.topics import REQUEST_COMPLETED

pytestmark = pytest.mark.slow
DAILY, HOURLY, REQUESTS = "gateway_token_share_daily", "gateway_share_hourly", "fct_requests_hourly"


class Stream:
    """A home whose turns are taken one by one."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.cluster, self._sent = scene, new_home(scene), 0

    def send(self, moment: datetime, *ended: str, who: str = "openai", model: str = "openai/gpt-5.1") -> None:
        """Requests that ended at some hours and minutes, received at a moment."""
        with producer.open_sender(self.cluster) as sender:
            sender.send([self._message(one, moment, who, model) for one in ended])

    def turn(self, at: str, *ended: str, **named: str) -> dict[str, Any]:
        """A turn at an hour and minute, after `send`; the outcome of each metric."""
        moment = _moment(at)
        self.send(moment, *ended, **named)
        report = self.scene.refresh(moment.isoformat(), None, options=LANDS_ONLY)
        return {found.id: (found.status, found.version) for found in report.metrics if found.id in (DAILY, REQUESTS)}

    def _message(self, ended: str, moment: datetime, who: str, model: str) -> producer.Message:
        self._sent += 1
        reported, over = (at.replace(tzinfo=None) for at in (moment, _moment(ended)))
        report = Report(
            self._sent, f"request-{self._sent}", reported, over, who, model, "azure", "app", 10, 5, 10**9, "success",
            100, None,
        )  # fmt: skip
        return producer.message_of(REQUEST_COMPLETED, event_of(report))

    def count(self, table: str) -> int:
        with open_warehouse(self.scene.home.warehouse) as connection:
            return int(connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0])

    def lineage_breaches(self) -> list[dict[str, Any]]:
        promises = [promise for promise in PROMISES if promise.name == "lineage_is_landed"]
        found: list[dict[str, Any]] = verify(self.scene.home, noop, is_all=True, promises=promises)["breaches"]
        return found

    def restated(self) -> set[tuple[str, int]]:
        return {(row["metric"], row["new_version"]) for row in self.scene.catalog("restatements")}


def _moment(at: str) -> datetime:
    return datetime.fromisoformat(f"2026-07-01T{at}:00").replace(tzinfo=UTC)


@pytest.fixture
def stream(broker: str, tmp_path: Path) -> Iterator[Stream]:
    scene = Scene(tmp_path / "home", broker, ROUTER_ALONE)
    yield Stream(scene)
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def test_a_running_hour_has_one_version_and_a_late_request_another(stream: Stream) -> None:
    turns = [
        stream.turn("10:10", "10:05"),
        stream.turn("10:20", "10:15", who="qwen", model="qwen/qwen3-coder"),
        stream.turn("10:21", "10:20"),
        stream.turn("11:05", "11:01"),
    ]
    assert turns == [{DAILY: ("published", version), REQUESTS: ("published", version)} for version in (1, 1, 1, 2)]
    assert sum(row["requests_count"] for row in stream.scene.metric(REQUESTS)) == 4
    assert stream.restated() == set()
    assert stream.turn("11:10", "10:30") == {DAILY: ("published", 2), REQUESTS: ("published", 3)}
    assert stream.restated() == {(REQUESTS, 3), (HOURLY, 3)}
    assert stream.turn("11:15", "11:12") == {DAILY: ("published", 2), REQUESTS: ("published", 4)}
    assert stream.turn("11:20", "11:18") == {DAILY: ("published", 2), REQUESTS: ("published", 4)}
    assert {row["version"] for row in stream.scene.metric(REQUESTS)} == {4}
    statuses = [row["status"] for row in stream.scene.catalog("publications", metric=REQUESTS)]
    assert statuses == ["superseded", "superseded", "superseded", "current"]
    assert sum(row["requests_count"] for row in stream.scene.metric(REQUESTS)) == 7
    assert verify(stream.scene.home, noop, is_all=True)["breaches"] == []


def test_a_lineage_of_many_blocks_is_verified_also_as_earlier_versions_recorded_it(stream: Stream) -> None:
    stream.turn("10:10", *["10:05"] * (BLOCK + 20))
    stream.turn("10:20", *["10:15"] * BLOCK)
    assert stream.count("intermediate.int_requests_landed") > len(stream.scene.catalog("lineage", metric=DAILY))
    assert stream.lineage_breaches() == []
    with open_warehouse(stream.scene.home.warehouse) as connection:
        hours = f"SELECT {LINEAGE} FROM ({parts_sql(REQUEST_COMPLETED, block=WHOLE_HOURS)}) GROUP BY ALL"
        connection.execute(f"CREATE TEMP TABLE hours (topic, partition_number, low, high, records, digest) AS {hours}")
        connection.execute(
            """UPDATE decisions.lineage AS recorded SET digest = hours.digest FROM hours
            WHERE (recorded.topic, recorded."partition", recorded.records)
                = (hours.topic, hours.partition_number, hours.records)"""
        )
    assert stream.lineage_breaches() == []
    with open_warehouse(stream.scene.home.warehouse) as connection:
        connection.execute("UPDATE decisions.lineage SET digest = sha256(digest)")
    assert stream.lineage_breaches() != []


def test_turns_of_an_hour_leave_as_much_as_two(stream: Stream) -> None:
    tables = (
        "decisions.gate_results",
        "decisions.breaches",
        "decisions.publications",
        "decisions.inputs",
        "ledger.runs",
    )
    stream.turn("10:01", "10:00")
    stream.turn("10:02", "10:01")
    before = {table: stream.count(table) for table in tables}
    for minute in range(3, 7):
        stream.turn(f"10:0{minute}", f"10:0{minute - 1}")
    assert {table: stream.count(table) for table in tables} == before


def test_stream_merges_what_its_turns_have_landed(stream: Stream, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_operation, "COMPACT_TURNS", 1)
    look = stream_operation.lag

    def lag(given: settings.Settings) -> int:
        stream.send(datetime.now(UTC), "10:00")
        return look(given)

    monkeypatch.setattr(stream_operation, "lag", lag)
    turns = stream_operation.stream(settings.load(stream.scene.variables), 0.1, None, noop)
    assert [next(turns).records for _ in range(5)] == [1, 1, 1, 1, 1]
    turns.close()
    files = [path for path in stream.scene.home.landing.rglob("*.parquet") if REQUEST_COMPLETED.name in str(path)]
    assert len(files) == 2, "the merged file, and that of the last turn"
