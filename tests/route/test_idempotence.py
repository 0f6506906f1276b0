"""Doing it again changes nothing; the past, another origin and a second pass at once are refused."""

import json
import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors import lock
from connectors.storage import home
from connectors.storage.publications.published import open_published
from flows import settings
from flows.orchestration.refresh import Report
from flows.setup.clock import new_run_id, now
from flows.setup.context import open_pass
from flows.stages.ingest import ingest
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_rankings
from tokenshare.errors import Busy, ExitCode, UsageError

pytestmark = pytest.mark.timeout(900)
FIRST, LATER = "2026-06-15T06:00:00Z", "2026-06-15T12:00:00Z"
NUMBERS = (
    "SELECT table_schema || '.' || table_name FROM information_schema.tables "
    "WHERE table_schema IN ('metrics', 'marts') ORDER BY 1"
)


class Twice:
    """One home, a clean first refresh, then whatever a test does next."""

    def __init__(self, scene: Scene, world: Path) -> None:
        self.scene, self.world = scene, world
        self.first = scene.refresh(FIRST, world)
        self.shown = relations(scene)
        self.versions = versions(scene)
        self.busy = refuse_while_locked(scene, world)
        self.notes = [json.loads(path.read_text()) for path in scene.home.skipped.glob("*.json")]
        self.again = scene.refresh(FIRST, world)
        self.after = relations(scene)


@pytest.fixture(scope="module")
def twice(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> Twice:
    world = write_rankings(tmp_path_factory.mktemp("twice world"), small_rows(date(2026, 6, 1), 14))
    return Twice(home_of("twice", **ROUTER_ALONE), world)


def refuse_while_locked(scene: Scene, world: Path) -> Busy:
    with lock.acquire(scene.home.lock, "somebody else's pass", now), pytest.raises(Busy) as caught:
        scene.refresh(FIRST, world)
    return caught.value


def relations(scene: Scene) -> dict[str, list[tuple[Any, ...]]]:
    """Every published relation, whole: values and the columns that say how they stand."""
    with open_published(scene.home.published_file) as reader:
        names = [row[0] for row in reader.execute(NUMBERS).fetchall()]
        return {name: reader.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in names}


def versions(scene: Scene) -> set[tuple[str, int, str, str]]:
    return {(p["metric"], p["version"], p["digest"], p["status"]) for p in scene.catalog("publications")}


def is_unchanged(report: Report) -> bool:
    active = {status for status in statuses(report).values() if status != "inactive"}
    return active == {"unchanged"} and not report.ranges and report.exit_code == ExitCode.OK


def test_the_same_moment_again_is_unchanged_and_the_relations_are_identical(twice: Twice) -> None:
    assert twice.first.exit_code == ExitCode.OK
    assert len(twice.shown["marts.fct_usage_daily"]) == 14 * 6
    assert is_unchanged(twice.again)
    assert twice.after == twice.shown


def test_a_pass_that_meets_a_held_lock_names_the_pid_and_leaves_a_note(twice: Twice) -> None:
    assert f"pid {os.getpid()}" in str(twice.busy)
    assert twice.busy.exit_code == ExitCode.BUSY == 75
    (note,) = twice.notes
    assert note["reason"] == twice.busy.message


def test_the_next_pass_turns_the_note_into_a_row(twice: Twice) -> None:
    (skip,) = twice.scene.catalog("skips")
    assert (skip["run_id"], skip["reason"]) == (twice.notes[0]["run_id"], twice.notes[0]["reason"])
    assert not list(twice.scene.home.skipped.glob("*.json"))


def test_a_later_moment_with_nothing_new_makes_no_version(twice: Twice) -> None:
    assert is_unchanged(twice.scene.refresh(LATER, twice.world))
    assert versions(twice.scene) == twice.versions


def test_a_moment_older_than_the_newest_is_refused_and_leaves_no_trace(twice: Twice) -> None:
    before = relations(twice.scene), twice.scene.catalog("runs")
    with pytest.raises(UsageError, match="older than this home's newest") as caught:
        twice.scene.refresh("2026-06-14T06:00:00Z", twice.world)
    assert caught.value.exit_code == ExitCode.USAGE == 2
    assert (relations(twice.scene), twice.scene.catalog("runs")) == before


@pytest.mark.parametrize("origin", ["live", "demo"])
def test_numbers_of_another_origin_never_enter_a_home(twice: Twice, origin: str) -> None:
    with pytest.raises(UsageError, match=f"origin 'synthetic', not '{origin}'"):
        twice.scene.refresh(LATER, twice.world, origin=origin)


def test_a_day_that_vanished_is_told_once(new_scene: Callable[..., Scene], tmp_path: Path) -> None:
    rows = small_rows(date(2026, 6, 1), 14)
    gone = [("2026-06-15T08:00:00Z", day, model, "") for _, day, model, _ in rows if day == "2026-06-13"]
    world = write_rankings(tmp_path / "vanishing", [*rows, *gone])
    scene = new_scene("vanishing")
    home.initialise(scene.home, "synthetic")
    told = [ask(scene, world, f"2026-06-15T{hour:02}:00:00Z") for hour in (6, 9, 10)]
    assert told == ["fetched", "fetched", "unchanged"]


def ask(scene: Scene, world: Path, as_of: str) -> str:
    """What becomes of the keyed source in a pass that goes no further than fetching."""
    at = datetime.fromisoformat(as_of)
    sources = ["openrouter_rankings"]
    with open_pass(settings.load(scene.variables), at, new_run_id(at), at, world, sources, lambda _: None) as run:
        return next(found.status for found in ingest(run) if found.id in sources)
