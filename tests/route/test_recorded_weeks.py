"""Real weeks through the whole route: every published value is what two other computations say."""

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from tests.route import independent
from tests.scene import ROUTER_ALONE, Scene, statuses
from tokenshare.metrics import METRIC_BY_ID, METRICS

pytestmark = [pytest.mark.recorded, pytest.mark.timeout(900)]

WORLDS = {"openrouter": "2026-08-03T06:00:00+00:00", "openrouter-weeks": "2026-06-22T06:00:00+00:00"}
SHOWN = [metric.id for metric in METRICS if metric.group in ("router", "dim_models", "dim_vendors")]
FED = {"openrouter_rankings", "openrouter_exports"}  # these worlds have rankings alone
STATUS = ("as_of", "version", "status", "held_since", "is_provisional")
EXACT = 1e-9
Row = dict[str, Any]


@dataclass(frozen=True)
class Refreshed:
    """A world after one refresh in a home of its own, and what an independent computation makes of it."""

    path: Path
    scene: Scene
    outcomes: dict[str, str]
    independent: dict[str, list[Row]]

    def weeks(self, metric: str) -> dict[date, Row]:
        return {row["week_start_date"]: row for row in self.scene.metric(metric)}


@pytest.fixture(scope="module", params=WORLDS)
def refreshed(
    request: pytest.FixtureRequest, broker: str, recorded_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Refreshed]:
    as_of = WORLDS[request.param]
    world, scene = recorded_data / request.param, Scene(tmp_path_factory.mktemp(request.param), broker, ROUTER_ALONE)
    report = scene.refresh(as_of, world)
    yield Refreshed(world, scene, statuses(report), independent.compute(world, datetime.fromisoformat(as_of)))
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def expected(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def by_key(metric: str, rows: list[Row]) -> dict[tuple[Any, ...], Row]:
    """Rows by the grain, without what publication adds to them; a grain that repeats is an error."""
    grain = METRIC_BY_ID[metric].grain
    keyed = {tuple(row[name] for name in grain): {k: v for k, v in row.items() if k not in STATUS} for row in rows}
    assert len(keyed) == len(rows)
    return keyed


def is_same(found: Any, wanted: Any) -> bool:
    """Equal, and for shares equal within 1e-9; an integer never passes for a share."""
    if type(found) is not type(wanted):
        return False
    return math.isclose(found, wanted, rel_tol=0, abs_tol=EXACT) if isinstance(found, float) else found == wanted


def test_everything_that_the_world_feeds_is_published(refreshed: Refreshed) -> None:
    assert refreshed.outcomes == {metric.id: "published" if metric.is_met_by(FED) else "inactive" for metric in METRICS}


def test_the_independent_computation_leaves_nothing_out(refreshed: Refreshed) -> None:
    assert set(refreshed.independent) == set(SHOWN)
    assert all(refreshed.independent.values())


@pytest.mark.parametrize("metric", SHOWN)
def test_every_cell_is_as_computed_independently(refreshed: Refreshed, metric: str) -> None:
    wanted = by_key(metric, refreshed.independent[metric])
    found = by_key(metric, refreshed.scene.metric(metric))
    assert found.keys() == wanted.keys()
    assert all(found[key].keys() == wanted[key].keys() for key in wanted)
    differing = [
        (key, name, found[key][name], value)
        for key, row in wanted.items()
        for name, value in row.items()
        if not is_same(found[key][name], value)
    ]
    assert differing == []


def test_exactly_the_complete_weeks_are_shown(refreshed: Refreshed) -> None:
    wanted = {row["iso_week"] for row in expected(refreshed.path / "expected_weekly.csv")}
    weekly = [id for id in SHOWN if METRIC_BY_ID[id].window == "week"]
    shown = {id: {iso_week(monday) for monday in refreshed.weeks(id)} for id in weekly}
    assert shown == dict.fromkeys(weekly, wanted)


def iso_week(monday: date) -> str:
    return f"{monday:%G-W%V}"


def test_every_value_of_every_expected_week_is_published(refreshed: Refreshed) -> None:
    wanted = expected(refreshed.path / "expected_weekly.csv")
    assert len(wanted) == {"openrouter": 6, "openrouter-weeks": 12}[refreshed.path.name]
    assert unlike(refreshed, wanted) == []


def test_the_export_alone_publishes_the_last_four_weeks(
    broker: str, recorded_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world, scene = recorded_data / "openrouter", Scene(tmp_path_factory.mktemp("export"), broker, ROUTER_ALONE)
    report = scene.refresh(WORLDS["openrouter"], world, sources=["openrouter_exports"])
    told = Refreshed(world, scene, statuses(report), {})
    wanted = expected(world / "expected_weekly.csv")[2:]
    assert {(source.id, source.status) for source in report.sources} >= {("openrouter_exports", "fetched")}
    assert [iso_week(monday) for monday in told.weeks("china_share_origin_weekly")] == [w["iso_week"] for w in wanted]
    assert [row["iso_week"] for row in wanted] == ["2026-W28", "2026-W29", "2026-W30", "2026-W31"]
    assert unlike(told, wanted) == []
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def unlike(refreshed: Refreshed, wanted: list[dict[str, str]]) -> list[tuple[str, str, float, str]]:
    """Where published weeks differ from the expected ones; a value that is not compared is an error."""
    found = []
    for week in wanted:
        iso = week["iso_week"]
        seen = figures(refreshed, date.fromisocalendar(int(iso[:4]), int(iso[-2:]), 1))
        assert {"iso_week", *seen} == set(week)
        found += [(iso, name, value, week[name]) for name, value in seen.items() if not is_printed(value, week[name])]
    return found


def is_printed(value: float, printed: str) -> bool:
    """Counts to the token; shares within 1e-9 of what the file prints with nine decimals."""
    return abs(value - float(printed)) <= EXACT if "." in printed else value == int(printed)


def figures(refreshed: Refreshed, monday: date) -> dict[str, float]:
    """A week as the published metrics tell it, under the names of expected_weekly.csv."""
    of = {id: refreshed.weeks(f"{id}_weekly")[monday] for id in ("router_tokens", "china_share_bounds", "free_share")}
    share = {id: refreshed.weeks(f"china_share_{id}_weekly")[monday] for id in ("identified", "origin", "top10")}
    steps = refreshed.scene.metric("china_share_reconciliation_weekly")
    reached = [row["numerator_tokens"] for row in steps if row["week_start_date"] == monday]
    ranks = [row for row in refreshed.scene.metric("model_rank_weekly") if row["week_start_date"] == monday]
    return {
        "total_tokens": of["router_tokens"]["tokens"],
        "identified_tokens": share["identified"]["chinese_tokens"],
        "lineage_tokens": reached[1] - reached[0],
        "attributed_stealth_tokens": reached[2] - reached[1],
        "unknown_tokens": of["china_share_bounds"]["unknown_tokens"],
        "china_identified_share": share["identified"]["china_share"],
        "china_origin_share": share["origin"]["china_share"],
        "lower_bound": of["china_share_bounds"]["lower_share"],
        "upper_bound": of["china_share_bounds"]["upper_share"],
        "china_top10_share": share["top10"]["china_share"],
        "chinese_in_top5": next(row["chinese_so_far_count"] for row in ranks if row["model_rank"] == 5),
        "free_tokens": of["free_share"]["free_tokens"],
    }


def test_authors_and_countries_are_as_expected(refreshed: Refreshed, recorded_data: Path) -> None:
    wanted = {row["author"]: row for row in expected(recorded_data / "openrouter" / "expected_vendors.csv")}
    is_chinese = {row["vendor_id"]: row["is_chinese"] for row in refreshed.scene.metric("dim_vendors")}
    seen = {
        (usage["model_id"].split("/")[0], usage["vendor_id"]) for usage in refreshed.scene.metric("fct_usage_daily")
    }
    told = {
        (author, vendor, str(is_chinese.get(vendor, False)).lower(), str(vendor == "unknown").lower())
        for author, vendor in seen
    }
    assert "unknown" not in is_chinese
    assert told == {tuple(wanted[author].values()) for author, _ in seen}


def test_every_row_says_how_it_stands(refreshed: Refreshed) -> None:
    for id in SHOWN:
        rows = refreshed.scene.metric(id)
        assert {(row["version"], row["status"], row["held_since"]) for row in rows} == {(1, "current", None)}
        assert {row["as_of"] for row in rows} == {datetime.fromisoformat(WORLDS[refreshed.path.name])}
