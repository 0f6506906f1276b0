"""Curated facts over the whole route: the shipped files, a reader's own, and what is gone. Wrong ones: tests/faults."""

import csv
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.sources.files import SHIPPED
from flows.operations.release import ReleaseRequest, release
from flows.orchestration.refresh import Report
from tests.scene import Scene, statuses
from tokenshare.errors import ExitCode
from tokenshare.metrics import METRIC_BY_ID, METRICS

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
FILES = ("disclosures", "leaderboards", "releases")
CURATED = (
    *("disclosed_value", "disclosed_ratio", "fct_disclosures", "watch_status", "leaderboard_rank", "release_cadence"),
)
START = datetime(2026, 7, 1, 6, tzinfo=UTC)
DISCLOSED = ("disclosed_value", "disclosed_ratio", "fct_disclosures", "watch_status")
LOST = "r1_training_cost deepseek 2025-01-20"
TAKEN_BACK = "2026-07-05T00:00:00Z,capex,bytedance,2026-06-01,,,,,,,,,,"
GOOD = "2026-07-05T00:00:00Z,capex,meituan,2026-06-30,2026-01-01,2026-06-30,flow,5000000000,,CNY,CNY,,reported,invented"


@dataclass(frozen=True)
class Step:
    """What a pass reported, and what readers saw after it."""

    report: Report
    shown: dict[str, list[dict[str, Any]]]
    restated: list[dict[str, Any]] = field(default_factory=list)

    def source(self, id: str) -> Any:
        return next(source for source in self.report.sources if source.id == id)


def shipped(name: str) -> list[str]:
    return (SHIPPED / f"{name}.csv").read_text(encoding="utf-8").splitlines()


def write(world: Path, name: str, rows: list[str]) -> None:
    world.mkdir(exist_ok=True)
    (world / f"{name}.csv").write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")


def look(scene: Scene, world: Path, days: int) -> Step:
    report = scene.refresh((START + timedelta(days=days)).isoformat(), world)
    return Step(report, scene.metrics(CURATED))


def let_go(scene: Scene, held: Step) -> Step:
    """A person lets each group go."""
    versions = {metric.id: metric.version for metric in held.report.metrics}
    for id in DISCLOSED:
        at = datetime.now(UTC)
        release(
            scene.home,
            ReleaseRequest(METRIC_BY_ID[id], versions[id], "Ada", "nobody stands by it", at, f"release-{id}"),
        )
    return Step(held.report, scene.metrics(CURATED), scene.catalog("restatements"))


@pytest.fixture(scope="module")
def story(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Step]:
    """One home: the shipped files, an unchanged pass, a file of one's own that lacks a row, its release, no file."""
    scene, world = home_of("curated"), tmp_path_factory.mktemp("curated world")
    steps = {"early": look(scene, world, -500), "clean": look(scene, world, 0), "again": look(scene, world, 1)}
    kept = [row for row in shipped("disclosures") if "r1_training_cost" not in row]
    write(world, "disclosures", [*kept, TAKEN_BACK, GOOD])
    steps["own"] = look(scene, world, 6)
    steps["released"] = let_go(scene, steps["own"])
    (world / "disclosures.csv").unlink()
    steps["absent"] = look(scene, world, 7)
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
        **dict.fromkeys(("frontier_gap_image", "frontier_gap_sound", "frontier_gap_video"), ("no_data", None)),
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


def test_a_file_of_ones_own_is_read_instead(story: dict[str, Step]) -> None:
    keys = {(row["fact_id"], row["company_id"]) for row in story["released"].shown["disclosed_value"]}
    assert ("capex", "meituan") in keys


def test_a_row_that_is_gone_is_missed_and_one_that_is_taken_back_is_not(story: dict[str, Step]) -> None:
    own = story["own"]
    told = {metric.id: metric.reason for metric in own.report.metrics if metric.status == "held"}
    assert told.keys() == set(DISCLOSED)
    accepted = "tokenshare gates release METRIC VERSION --by NAME --reason TEXT accepts it"
    assert set(told.values()) == {f"withdrawn_rows: observed 1 row, {LOST}, expected 0 ({accepted})"}
    assert all(rows_of(own, id) == rows_of(story["clean"], id) for id in CURATED)
    assert own.report.exit_code == ExitCode.HELD


def test_a_person_who_lets_it_go_publishes_a_restatement(story: dict[str, Step]) -> None:
    released, before = story["released"], {metric.id: metric.version for metric in story["clean"].report.metrics}
    assert {row["status"] for id in DISCLOSED for row in released.shown[id]} == {"released"}
    clean = {row["fact_id"] for row in story["clean"].shown["fct_disclosures"]}
    assert clean - {row["fact_id"] for row in released.shown["fct_disclosures"]} == {"r1_training_cost"}
    assert any("r1_training_cost" in row["key"] for row in released.restated if row["metric"] == "fct_disclosures")
    assert {row["version"] for row in released.shown["watch_status"]} == {before["watch_status"]}  # moved by none of it


def test_a_file_that_was_read_and_is_gone_does_not_fall_back_on_the_shipped_one(story: dict[str, Step]) -> None:
    absent = story["absent"]
    said = "disclosures.csv is gone from the world, last read 2026-07-07 06:00 UTC"
    assert (absent.source("disclosures").status, absent.source("disclosures").reason) == ("absent", said)
    assert {absent.source(name).status for name in FILES[1:]} == {"unchanged"}  # the shipped ones
    told = {metric.id: metric.reason for metric in absent.report.metrics if metric.status == "held"}
    assert told == dict.fromkeys(DISCLOSED, f"missing_files: observed {said}, expected no file gone")
    assert all(rows_of(absent, id) == rows_of(story["released"], id) for id in CURATED)
    assert absent.report.exit_code == ExitCode.INCOMPLETE


def test_every_curated_metric_was_looked_at() -> None:
    assert set(CURATED) == {metric.id for metric in METRICS if metric.needs and set(metric.needs[0]) & set(FILES)}


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
