"""Curated facts over the whole route: the shipped files, a reader's own, and one that cannot be trusted."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.sources.files import SHIPPED
from flows.refresh import Report
from tests.scene import Scene, statuses
from tokenshare.errors import ExitCode
from tokenshare.metrics import METRICS

pytestmark = pytest.mark.timeout(900)
FILES = ("disclosures", "leaderboards", "releases")
DISCLOSED = ("disclosed_value", "disclosed_ratio", "fct_disclosures", "watch_status")
CURATED = (*DISCLOSED, "leaderboard_rank", "release_cadence")
START = datetime(2026, 7, 1, 6, tzinfo=UTC)
CNY = "2026-07-05T00:00:00Z,capex,meituan,2026-06-30,2026-01-01,2026-06-30,flow,{},{},{},{},,reported,{}"
GOOD = CNY.format(5, 5, "CNY", "CNY", "Meituan; invented")

Edit = Callable[[list[str]], list[str]]
# What is wrong with disclosures.csv, and what is said of it. The line is that of the row that is added.
BAD: dict[str, tuple[Edit, str]] = {
    "column missing": (lambda rows: [rows[0].replace(",citation", ",source"), *rows[1:]], "line 1: no column citation"),
    "row without citation": (lambda rows: [*rows, CNY.format(5, 5, "CNY", "CNY", "")], "column citation: it is empty"),
    "bad number": (lambda rows: [*rows, CNY.format("5B", 5, "CNY", "CNY", "x")], "column low: '5B' is not a plain"),
    "unknown unit": (lambda rows: [*rows, CNY.format(5, 5, "furlongs", "", "x")], "column unit: 'furlongs' is not one"),
    "future date": (
        lambda rows: [*rows, GOOD.replace("2026-06-30,2026-01", "2027-06-30,2026-01")],
        "lies in the future",
    ),
}
# What has landed and is bad: the metrics that stand on it are held with the reason.
HELD: dict[str, tuple[Edit, str]] = {
    "duplicate key": (lambda rows: [*rows, GOOD, GOOD.replace(",5,5,", ",6,6,")], "conflicting_keys"),
}


@dataclass(frozen=True)
class Step:
    """What a pass reported, and what readers saw after it."""

    report: Report
    shown: dict[str, list[dict[str, Any]]]

    def source(self, id: str) -> Any:
        return next(source for source in self.report.sources if source.id == id)


def shipped(name: str) -> list[str]:
    return (SHIPPED / f"{name}.csv").read_text(encoding="utf-8").splitlines()


def write(world: Path, name: str, rows: list[str]) -> None:
    world.mkdir(exist_ok=True)
    (world / f"{name}.csv").write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")


def look(scene: Scene, world: Path, days: int) -> Step:
    report = scene.refresh((START + timedelta(days=days)).isoformat(), world)
    return Step(report, {id: scene.metric(id) for id in CURATED})


@pytest.fixture(scope="module")
def story(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Step]:
    """One home: the shipped files, an unchanged pass, then fault by fault with a good file after each that holds."""
    scene, world = home_of("curated"), tmp_path_factory.mktemp("curated world")
    steps = {"early": look(scene, world, -500), "clean": look(scene, world, 0), "again": look(scene, world, 1)}
    day = 5
    for name, (edit, _) in {**BAD, **HELD}.items():
        write(world, "disclosures", edit(shipped("disclosures")))
        steps[name] = look(scene, world, day := day + 1)
    write(world, "disclosures", [*shipped("disclosures"), GOOD])
    steps["mended"] = look(scene, world, day + 1)
    (world / "disclosures.csv").unlink()
    steps["absent"] = look(scene, world, day + 2)
    return steps


def rows_of(step: Step, id: str) -> list[dict[str, Any]]:
    marks = {"as_of", "version", "status", "held_since", "is_provisional"}
    return [{name: cell for name, cell in row.items() if name not in marks} for row in step.shown[id]]


def test_before_anything_is_known_the_sources_are_no_part_of_it(story: dict[str, Step]) -> None:
    early = story["early"]
    for name in FILES:
        assert early.source(name).status == "skipped"
        assert early.source(name).reason == f"no row of {name}.csv is known yet"
    assert {statuses(early.report)[id] for id in CURATED} == {"inactive"}
    assert early.report.exit_code == ExitCode.OK


def test_the_shipped_files_are_published_without_a_world_file(story: dict[str, Step]) -> None:
    clean = story["clean"]
    assert {clean.source(name).status for name in FILES} == {"fetched"}
    assert {statuses(clean.report)[id] for id in CURATED} == {"published"}
    assert len(clean.shown["fct_disclosures"]) == len(shipped("disclosures")) - 1
    assert clean.report.exit_code == ExitCode.OK


def test_the_articles_figures_are_what_they_were_said_to_be(story: dict[str, Step]) -> None:
    ratios = {row["ratio_id"]: (row["low"], row["high"]) for row in story["clean"].shown["disclosed_ratio"]}
    assert ratios == {
        "alibaba_capex_growth": (pytest.approx(126.1 / 84.3), pytest.approx(126.1 / 84.3)),
        "hbm_stacks_per_package": (pytest.approx(20 / 3), 8),
        "moonshot_run_rate_growth": (2, 2),
        "sora_day_cost_to_lifetime_revenue": (pytest.approx(150 / 21), pytest.approx(150 / 21)),
    }
    watches = {row["watch_id"]: (row["state"], row["since"]) for row in story["clean"].shown["watch_status"]}
    assert watches == {
        "alibaba_ai_run_rate": ("near", date(2026, 3, 31)),
        "frontier_gap": ("crossed", date(2026, 6, 1)),  # a tie on SWE-Bench Pro
        "hbm_stacks": ("near", date(2026, 6, 1)),
        "offshore_enforcement": ("quiet", date(2026, 5, 31)),
        "us_open_model_trending": ("no_data", None),
        "volcano_maas_revenue": ("no_data", None),  # a target is not a revenue
    }
    (fifth,) = [row for row in story["clean"].shown["release_cadence"] if row["release"] == "Kimi K2.7-Code"]
    assert fifth["releases_trailing_year_count"] == 5


def test_money_without_a_rate_has_no_usd_and_says_so(story: dict[str, Step]) -> None:
    (capex,) = [
        row
        for row in story["clean"].shown["disclosed_value"]
        if (row["company_id"], row["fact_id"], row["fact_date"]) == ("alibaba", "capex", date(2026, 3, 31))
    ]
    assert (capex["low"], capex["low_usd"], capex["usd_basis"]) == (126.1e9, None, "no rate")
    assert capex["own_usd"] == 17.5e9


def test_an_untouched_file_costs_nothing_new(story: dict[str, Step]) -> None:
    again = story["again"]
    assert {again.source(name).status for name in FILES} == {"unchanged"}
    assert {statuses(again.report)[id] for id in CURATED} == {"unchanged"}
    assert again.report.ranges == []
    assert again.report.exit_code == ExitCode.OK


@pytest.mark.parametrize("fault", BAD)
def test_a_file_that_cannot_be_trusted_is_refused_and_the_last_good_one_stays(
    story: dict[str, Step], fault: str
) -> None:
    step = story[fault]
    source = step.source("disclosures")
    assert source.status == "refused"
    assert "disclosures.csv" in source.reason
    assert BAD[fault][1] in source.reason
    if "column" in BAD[fault][1] and fault != "column missing":
        assert f"line {len(shipped('disclosures')) + 1}," in source.reason
    assert {statuses(step.report)[id] for id in CURATED} == {"unchanged"}
    assert all(rows_of(step, id) == rows_of(story["clean"], id) for id in CURATED)
    assert step.report.exit_code == ExitCode.INCOMPLETE
    assert step.source("releases").status == "unchanged"


@pytest.mark.parametrize("fault", HELD)
def test_what_landed_and_is_bad_holds_what_stands_on_it_and_nothing_else(story: dict[str, Step], fault: str) -> None:
    step = story[fault]
    assert step.source("disclosures").status == "fetched"
    reasons = {metric.id: metric.reason for metric in step.report.metrics if metric.status == "held"}
    assert reasons.keys() == set(DISCLOSED)
    said = f"{HELD[fault][1]}: observed 1 at capex meituan 2026-06-30, expected 0"
    assert set(reasons.values()) == {said}
    assert {statuses(step.report)[id] for id in ("leaderboard_rank", "release_cadence")} == {"unchanged"}
    assert {row["status"] for id in DISCLOSED for row in step.shown[id]} == {"held"}
    assert all(rows_of(step, id) == rows_of(story["clean"], id) for id in CURATED)
    assert step.report.exit_code == ExitCode.HELD


def test_a_good_file_lets_go_again(story: dict[str, Step]) -> None:
    mended = story["mended"]
    assert mended.report.exit_code == ExitCode.OK
    assert {row["status"] for id in CURATED for row in mended.shown[id]} == {"current"}
    assert len(mended.shown["disclosed_value"]) == len(story["clean"].shown["disclosed_value"]) + 1


def test_without_a_file_of_its_own_a_world_has_the_shipped_one(story: dict[str, Step]) -> None:
    absent = story["absent"]
    assert absent.source("disclosures").status == "fetched"
    assert rows_of(absent, "disclosed_value") == rows_of(story["clean"], "disclosed_value")
    assert absent.report.exit_code == ExitCode.OK


def test_every_curated_metric_was_looked_at() -> None:
    assert set(CURATED) == {metric.id for metric in METRICS if metric.needs and set(metric.needs[0]) <= set(FILES)}


def test_the_shipped_rows_are_what_was_published(story: dict[str, Step]) -> None:
    read = {
        (row["fact_id"], row["company_id"], row["fact_date"]): row["citation"]
        for row in csv.DictReader(shipped("disclosures"))
    }
    shown = {
        (row["fact_id"], row["company_id"], f"{row['fact_date']}"): row["citation"]
        for row in story["clean"].shown["disclosed_value"]
    }
    assert shown == read
