"""Metrics of a real home: true, alike in every process, served during a pass, and never in its way."""

import os
import re
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic

import httpx
import pytest

from connectors.kafka import producer, topics
from connectors.kafka.cluster import Cluster
from connectors.kafka.producer import Message
from connectors.prometheus.exposition import serving, text_of
from connectors.storage.home import atomic_files
from flows import settings
from flows.orchestration.runner import exclusive_pass
from flows.queries.observe import KAFKA_SECONDS, Observer
from flows.settings import Settings
from tests.gateway.running import COMMAND, ROOT
from tests.scene import ROUTER_ALONE, Scene, small_rows, write_rankings
from tokenshare.errors import UsageError
from tokenshare.series import OF_HOME, Sample
from tokenshare.topics import USAGE_OBSERVED

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
AS_OF = "2026-07-13T06:00:00+00:00"
ORIGIN = "china_share_origin_weekly"
Values = dict[tuple[str, ...], float]


@pytest.fixture(scope="module")
def scene(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A home after two passes and with two records that have not landed."""
    folder = tmp_path_factory.mktemp("monitoring")
    world = write_rankings(folder / "world", small_rows(date(2026, 6, 29), 14))
    scene = Scene(folder / "home", broker, ROUTER_ALONE)
    scene.refresh("2026-07-12T06:00:00+00:00", world)
    scene.refresh(AS_OF, world)
    cluster = Cluster(broker, topic_prefix=scene.prefix)
    producer.send(cluster, [Message(USAGE_OBSERVED.name, b"k", b"not an event")] * 2)
    yield scene
    topics.delete_prefixed(cluster)


@pytest.fixture
def wanted(scene: Scene) -> Settings:
    return settings.load(scene.variables)


def values(samples: list[Sample]) -> Values:
    return {(one.series.name, *one.labels): one.value for one in samples}


def steady(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_series_say_what_the_home_says(scene: Scene, wanted: Settings) -> None:
    found = values(Observer(wanted).samples())
    assert {name for name, *_ in found} == {one.name for one in OF_HOME} - {"tokenshare_metric_held_timestamp_seconds"}
    assert (found["tokenshare_home_up",], found["tokenshare_kafka_up",]) == (1, 1)
    lag = {
        at: value
        for (name, *at), value in found.items()
        if name == "tokenshare_consumer_lag_records"
        for at in [tuple(at)]
    }
    assert sum(lag.values()) == 2
    assert {topic for (topic, _), value in lag.items() if value} == {USAGE_OBSERVED.name}
    landed = sum(row["rows"] for row in scene.catalog("ledger") if row["topic"] == USAGE_OBSERVED.name)
    assert found["tokenshare_landed_records_total", USAGE_OBSERVED.name] == landed > 0
    (shown,) = [row for row in scene.catalog("publications", metric=ORIGIN) if row["status"] == "current"]
    assert found["tokenshare_metric_as_of_timestamp_seconds", ORIGIN] == datetime.fromisoformat(AS_OF).timestamp()
    assert found["tokenshare_metric_published_timestamp_seconds", ORIGIN] == shown["published_at"].timestamp()
    assert found["tokenshare_metric_state", ORIGIN, "published"] == 1
    assert found["tokenshare_metric_state", ORIGIN, "held"] == 0
    assert sum(found["tokenshare_passes_total", outcome] for outcome in ("ok", "held", "incomplete")) == 2
    finished = found["tokenshare_pass_finished_timestamp_seconds",]
    assert 0 <= datetime.now(UTC).timestamp() - finished < 3600
    assert (
        found["tokenshare_source_answer_timestamp_seconds", "openrouter_rankings"]
        <= datetime.fromisoformat(AS_OF).timestamp()
    )


def test_every_process_gives_the_same_and_a_scrape_changes_nothing(scene: Scene, wanted: Settings) -> None:
    before = {path: path.stat().st_mtime_ns for path in scene.root.rglob("*")}
    here = steady(text_of(Observer(wanted).samples))
    words = [*COMMAND, "status", "--prometheus"]
    done = subprocess.run(
        words, cwd=ROOT, env={**os.environ, **scene.variables}, capture_output=True, text=True, check=True
    )
    assert steady(done.stdout) == here
    assert {path: path.stat().st_mtime_ns for path in scene.root.rglob("*")} == before


def test_a_scrape_works_while_a_pass_owns_the_home(scene: Scene, wanted: Settings) -> None:
    with (
        exclusive_pass(scene.home, "20991231T000000-aa", datetime.now(UTC)),
        serving(Observer(wanted).samples, "127.0.0.1", 0) as url,
    ):
        text = httpx.get(url, timeout=60).text
        assert "tokenshare_pass_running 1.0" in text
        assert re.search(rf'metric_state{{metric="{ORIGIN}",state="published"}} 1.0', text)
    assert values(Observer(wanted).samples())["tokenshare_pass_running",] == 0


def test_many_scrapes_read_the_home_once_in_a_while(scene: Scene, wanted: Settings) -> None:
    observer, reads = Observer(wanted), []

    def read() -> list[Sample]:
        reads.append(1)
        return observer.samples()

    with serving(read, "127.0.0.1", 0) as url:
        first = httpx.get(url, timeout=60).text
        assert {httpx.get(url, timeout=60).text for _ in range(5)} == {first}
    assert len(reads) == 1


def test_a_silent_kafka_does_not_keep_a_scrape(scene: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        servers = f"127.0.0.1:{silent.getsockname()[1]}"
        observer = Observer(settings.load({**scene.variables, "TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS": servers}))
        begun = monotonic()
        found = values(observer.samples())
        assert monotonic() - begun < KAFKA_SECONDS + 5  # and what the rest takes on a busy machine
    assert (found["tokenshare_kafka_up",], found["tokenshare_home_up",]) == (0, 1)
    assert "tokenshare_consumer_lag_records" not in {name for name, *_ in found}


def test_a_home_without_numbers_says_so(broker: str, tmp_path: Path) -> None:
    empty = settings.load({"TOKENSHARE_HOME": str(tmp_path), "TOKENSHARE_KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"})
    found = values(Observer(empty).samples())
    assert (found["tokenshare_home_up",], found["tokenshare_kafka_up",]) == (0, 0)
    assert found["tokenshare_passes_total", "ok"] == 0
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_a_home_that_is_not_up(scene: Scene, wanted: Settings) -> None:
    file = scene.home.published_file
    body = file.read_bytes()
    try:
        atomic_files.write(file, body[:5000])
        assert values(Observer(wanted).samples())["tokenshare_home_up",] == 0
    finally:
        atomic_files.write(file, body)
        file.chmod(0o444)


def test_a_taken_port_is_one_sentence_with_its_fix(scene: Scene, wanted: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match="TOKENSHARE_METRICS_PORT"), serving(list, "127.0.0.1", port):
            pass


def test_stream_serves_them_from_its_first_pass_on(scene: Scene) -> None:
    words = ["stream", "--every", "1", "--world", str(scene.root.parent / "world"), "--metrics-port", "0"]
    env = {**os.environ, **scene.variables}
    with subprocess.Popen([*COMMAND, *words], cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        url = next(line.split()[1] for line in process.stderr if line.startswith("metrics: "))
        assert "tokenshare_home_up 1.0" in httpx.get(url, timeout=60).text
        process.kill()
        process.stderr.close()
