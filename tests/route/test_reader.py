"""Whoever polls the published file always gets an answer, and only whole, judged versions of it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_prices, write_rankings

pytestmark = pytest.mark.timeout(900)
START, REFRESHES = date(2026, 6, 1), 10
FIRST = date(2026, 6, 15)
# A BI tool in miniature: knows DuckDB and the contract, nothing of our code.
READER = '''
import json, os, stat, sys, time
import duckdb

path, stop = sys.argv[1:]
METRICS = "SELECT metric, relation FROM catalog.metrics WHERE state <> 'inactive'"
UNJUDGED = """SELECT count(*) FROM {relation} m WHERE NOT EXISTS (
    FROM catalog.publications p WHERE p.metric = ? AND p.version = m.version AND p.status = m.status
    AND p.published_at IS NOT NULL AND p.checks_evaluated > 0 AND p.checks_evaluated <= (
        SELECT count(*) FROM catalog.gate_results g WHERE g.metric = p.metric AND g.candidate_version = p.version
        AND g.outcome IN ('passed', 'released')))"""
SHAPE = """SELECT (SELECT rows FROM catalog.publications p WHERE p.metric = ? AND p.version = any_value(m.version)),
    count(*), count(DISTINCT m.version), any_value(m.version) FROM {relation} m"""
SUMS = """SELECT max(abs(total - 1)) FROM (
    SELECT sum(vendor_share) AS total FROM {relation} GROUP BY {period})"""

def look():
    versions = {}
    with duckdb.connect(path, read_only=True) as connection:
        ask = lambda query, *values: connection.execute(query, list(values)).fetchone()
        for metric, relation in connection.execute(METRICS).fetchall():
            assert ask(UNJUDGED.format(relation=relation), metric) == (0,), f"{metric}: a version without its gate"
            promised, rows, distinct, version = ask(SHAPE.format(relation=relation), metric)
            assert (rows, distinct) == (promised, 1), f"{metric}: {rows} rows of {promised}, {distinct} versions"
            versions[metric] = version
        for relation, period in (("vendor_share_weekly", "week_start_date"), ("vendor_share_daily", "usage_date")):
            (off,) = ask(SUMS.format(relation=f"metrics.{relation}", period=period))
            assert off < 1e-9, f"{relation} sums to 1 but for {off}"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o444, "somebody may write"
    return versions

stopping = False
while not stopping:
    stopping = os.path.exists(stop)  # asked before the look, so that one comes after the last refresh
    try:
        print(json.dumps({"versions": look()}), flush=True)
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
    time.sleep(0.2)
'''


@dataclass(frozen=True)
class Story:
    """What the reader said, look by look, while the home was refreshed day by day."""

    looks: list[dict[str, Any]]
    published: int


@pytest.fixture(scope="module")
def story(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    scene, folder = (
        Scene(tmp_path_factory.mktemp("reader") / "home", broker, ROUTER_ALONE),
        tmp_path_factory.mktemp("world"),
    )
    world = write_rankings(folder, small_rows(START, 14 + REFRESHES))
    write_prices(world, "2025-01-01T00:00:00Z", {"openai/gpt-4o": ("0.000003", "0.000015")})
    scene.refresh(f"{FIRST}T06:00:00Z", world)
    said, stop = folder / "said", folder / "stop"
    with said.open("wb") as out:
        reader = read_along(scene.home.published_file, stop, out)
        try:
            published = sum(refresh(scene, world, FIRST + timedelta(days=n)) for n in range(1, REFRESHES + 1))
        finally:
            stop.touch()
            reader.wait(timeout=30)
    yield Story([json.loads(line) for line in said.read_text().splitlines()], published)
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def read_along(path: Path, stop: Path, out: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", READER, str(path), str(stop)], stdout=out, stderr=out)


def refresh(scene: Scene, world: Path, day: date) -> bool:
    return statuses(scene.refresh(f"{day}T06:00:00Z", world))["fct_usage_daily"] == "published"


def test_every_look_gets_an_answer_that_is_whole_and_judged(story: Story) -> None:
    assert [look["error"] for look in story.looks if "error" in look] == []
    assert len(story.looks) > 3 * REFRESHES


def test_the_reader_saw_every_version_as_it_came_and_never_an_older_one_again(story: Story) -> None:
    assert story.published == REFRESHES
    for metric in ("fct_usage_daily", "vendor_share_daily", "china_share_trailing7_daily", "list_price_daily"):
        seen = [look["versions"][metric] for look in story.looks]
        assert sorted(set(seen)) == list(range(1, REFRESHES + 2)), metric
        assert seen == sorted(seen), metric
