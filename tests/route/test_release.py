"""A person who has looked lets a held candidate through: the whole group, on record, for good."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli.commands import app
from flows.operations.release import ReleaseRequest, release
from flows.orchestration.refresh import Report
from tests.scene import ROUTER_ALONE, Row, Scene, small_rows, statuses, write_rankings
from tokenshare.errors import ExitCode, UsageError
from tokenshare.metrics import METRIC_BY_ID, METRICS

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]
ROUTER = [metric.id for metric in METRICS if metric.group == "router"]
DAILY = ("china_share_trailing7_daily", "fct_usage_daily", "vendor_share_daily")  # a running week has no row to hold
HELD_AT, NEXT = "2026-06-16T06:00:00Z", "2026-06-17T06:00:00Z"


@dataclass(frozen=True)
class Held:
    scene: Scene
    world: Path
    report: Report


@pytest.fixture(scope="module")
def held(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> Held:
    """From 15 June on three times the tokens: a real move, that the gate must not let pass by itself."""
    rows: list[Row] = small_rows(date(2026, 6, 1), 14) + small_rows(date(2026, 6, 15), 2, tokens=3_000_000)
    world = write_rankings(tmp_path_factory.mktemp("release world"), rows)
    scene = home_of("release", **ROUTER_ALONE)
    assert scene.refresh("2026-06-15T06:00:00Z", world).exit_code == ExitCode.OK
    return Held(scene, world, scene.refresh(HELD_AT, world))


def permit(id: str = "vendor_share_daily", version: int = 2, run_id: str = "release-1") -> ReleaseRequest:
    return ReleaseRequest(METRIC_BY_ID[id], version, "Ada", "a launch, seen elsewhere too", datetime.now(UTC), run_id)


@pytest.mark.parametrize(
    ("id", "version", "said"),
    [
        ("vendor_share_daily", 3, "version 2 is held"),
        ("vendor_share_daily", 1, "version 2 is held"),
        ("dim_vendors", 1, "no version is held"),
    ],
)
def test_what_is_not_held_cannot_be_released(held: Held, id: str, version: int, said: str) -> None:
    assert {id for id in ROUTER if statuses(held.report)[id] == "held"} == set(DAILY)
    with pytest.raises(UsageError, match=said):
        release(held.scene.home, permit(id, version))
    assert not held.scene.catalog("releases")
    assert {row["status"] for row in held.scene.metric("vendor_share_daily")} == {"current"}


@pytest.mark.parametrize("words", [["--reason", "because"], ["--by", "Ada"], ["--by", " ", "--reason", "because"], []])
def test_a_release_without_name_or_reason_is_refused(words: list[str]) -> None:
    result = CliRunner().invoke(app, ["gates", "release", "vendor_share_daily", "2", *words])
    assert isinstance(result.exception, UsageError)
    assert "a release needs a name and a reason" in str(result.exception)


def test_a_release_lets_the_whole_group_go_on_record_and_the_next_clean_day_follows(held: Held) -> None:
    scene = held.scene
    made = release(scene.home, permit())
    assert {decision.metric.id for decision in made} == set(DAILY)
    assert_released(scene, newest=15)
    (record,) = scene.catalog("releases")
    assert (record["metric"], record["version"], record["released_by"]) == ("vendor_share_daily", 2, "Ada")
    assert (record["check"], record["key"]) == ("volume_ratio", "2026-06-15")
    assert record["reason"] == "a launch, seen elsewhere too"
    report = scene.refresh(NEXT, held.world)
    assert report.exit_code == ExitCode.OK, report.document()
    assert statuses(report)["fct_usage_daily"] == "published"
    assert_released(scene, newest=16)


def assert_released(scene: Scene, newest: int) -> None:
    for id in DAILY:
        rows = scene.metric(id)
        assert {(row["status"], row["held_since"]) for row in rows} == {("released", None)}, id
    assert max(row["usage_date"] for row in scene.metric("fct_usage_daily")) == date(2026, 6, newest)
    outcomes = {row["outcome"] for row in scene.catalog("gate_results", metric="fct_usage_daily", check="volume_ratio")}
    assert outcomes == {"passed", "held", "released"}
