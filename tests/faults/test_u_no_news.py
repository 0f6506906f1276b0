"""A group that nothing has moved keeps its last judgement; only its freshness is judged again."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from flows.queries.verify import verify
from tests.cli.command import ROOT, environment
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_prices, write_rankings
from tokenshare.noop import noop

pytestmark = pytest.mark.slow

Record = Callable[[str, Any], None]
DAYS = 14
FIRST, AGAIN, PRICED, STALE = (
    "2026-06-15T06:00:00+00:00",
    "2026-06-15T08:00:00+00:00",
    "2026-06-15T10:00:00+00:00",
    "2026-06-19T10:00:00+00:00",
)
EARLY, EARLY_AGAIN = "2026-05-15T06:00:00+00:00", "2026-05-15T08:00:00+00:00"
PRICES = {"openai/gpt-4o": ("0.0000025", "0.00001"), "deepseek/deepseek-v4-pro-20260423": ("0.0000003", "0.0000009")}
DEARER = {"openai/gpt-4o": ("0.0000026", "0.000011")}
AS_A_COMMAND = """
import sys
from flows.cli import main
try:
    main()
except SystemExit as end:
    code = end.code
print("loaded:", [name for name in ("great_expectations", "dbt", "apache_beam") if name in sys.modules],
    file=sys.stderr)
raise SystemExit(code)
"""


@dataclass
class Quiet:
    """A home after a first pass."""

    scene: Scene
    world: Path

    def judged(self, metric: str) -> list[tuple[str, str, str]]:
        """The newest gate of a metric: check, outcome, observed."""
        rows = self.scene.catalog("gate_results", metric=metric)
        newest = max(row["run"] for row in rows)
        return sorted((row["check"], row["outcome"], row["observed"]) for row in rows if row["run"] == newest)


def in_its_own_process(scene: Scene, world: Path, as_of: str = AGAIN) -> set[str]:
    """The statuses of a second pass as a command, which loads no big library."""
    words = [sys.executable, "-c", AS_A_COMMAND, "refresh", "--world", str(world), "--as-of", as_of, "--json"]
    variables = environment(scene.root, scene.broker, **scene.variables)
    said = subprocess.run(words, env=variables, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "loaded: []" in said.stderr, said.stderr
    return {metric["status"] for metric in json.loads(said.stdout)["metrics"]}


@pytest.fixture
def prices() -> dict[str, tuple[str, str]]:
    return PRICES


@pytest.fixture
def quiet(broker: str, tmp_path: Path, prices: dict[str, tuple[str, str]]) -> Iterator[Quiet]:
    scene = Scene(tmp_path / "home", broker, ROUTER_ALONE)
    world = write_rankings(tmp_path / "world", small_rows(date(2026, 6, 1), DAYS))
    if prices:
        write_prices(world, "2026-05-01T00:00:00Z", prices)
    first = scene.refresh(FIRST, world)
    assert set(statuses(first).values()) <= {"published", "inactive"}, statuses(first)
    yield Quiet(scene, world)
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def test_u08_a_pass_without_news_judges_nothing_anew_and_says_the_same(quiet: Quiet, record_property: Record) -> None:
    """A second pass two hours later, with nothing new."""
    before = {id: quiet.judged(id) for id in ("router_tokens_weekly", "china_share_origin_weekly")}
    again = quiet.scene.refresh(AGAIN, quiet.world)
    assert set(statuses(again).values()) == {"unchanged", "inactive"}
    assert {id: quiet.judged(id) for id in before} == before
    assert {row["as_of"] for row in quiet.scene.metric("router_tokens_weekly")} == {datetime.fromisoformat(AGAIN)}
    assert verify(quiet.scene.home, noop, is_all=True)["breaches"] == []
    record_property("observed", "the same checks, confirmed")


def test_u08_such_a_pass_loads_neither_dbt_nor_great_expectations(quiet: Quiet, record_property: Record) -> None:
    """The same as a command in a process of its own."""
    assert in_its_own_process(quiet.scene, quiet.world) == {"unchanged", "inactive"}
    record_property("observed", "neither is loaded")


def test_u08_what_moved_is_judged(quiet: Quiet, record_property: Record) -> None:
    """A price moves and nothing else."""
    write_prices(quiet.world, "2026-06-15T09:00:00Z", DEARER)
    priced = statuses(quiet.scene.refresh(PRICED, quiet.world))
    assert priced["list_price_daily"] == "published"
    assert priced["router_tokens_weekly"] == "unchanged"
    record_property("observed", "prices are published, usage is unchanged")


@pytest.mark.parametrize("prices", [{}])
def test_u08_what_nothing_moves_becomes_stale(quiet: Quiet, record_property: Record) -> None:
    """Four days later the rankings, the only source, have brought no day."""
    stale = statuses(quiet.scene.refresh(STALE, quiet.world))
    assert stale["router_tokens_weekly"] == "held"
    (freshness,) = [row for row in quiet.judged("router_tokens_weekly") if row[0] == "freshness"]
    assert freshness[1] == "failed"
    record_property("observed", "usage is held by freshness")


def test_u08_what_never_had_a_row_is_judged_once(broker: str, tmp_path: Path, record_property: Record) -> None:
    """Two passes before the first day of the world, and one after it."""
    scene, world = Scene(tmp_path / "home", broker, ROUTER_ALONE), tmp_path / "world"
    write_rankings(world, small_rows(date(2026, 6, 1), DAYS))
    assert statuses(scene.refresh(EARLY, world))["router_tokens_weekly"] == "held"
    before = scene.catalog("publications", status="held")
    assert "published" not in in_its_own_process(scene, world, EARLY_AGAIN)
    moment = {"valid_through": datetime.fromisoformat(EARLY_AGAIN)}
    assert scene.catalog("publications", status="held") == [{**row, **moment} for row in before]
    assert verify(scene.home, noop, is_all=True)["breaches"] == []
    assert statuses(scene.refresh(FIRST, world))["router_tokens_weekly"] == "published"
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))
    record_property("observed", "held as before, and published with its first days")
