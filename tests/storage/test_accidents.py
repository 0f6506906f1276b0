"""A pass killed while it lands in a store, and a store that stops in the middle of a pass."""

import os
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from connectors.kafka import producer
from connectors.kafka.producer import Message
from connectors.storage import home
from connectors.storage.alert_log import alert_status
from connectors.storage.home.objects import names_in
from flows import settings
from flows.orchestration.runner import run_once
from flows.queries.verify import verify
from flows.queries.verify.promises import PROMISES
from tests import forked
from tests.faults import stages
from tests.faults.conftest import mill
from tests.faults.stages import NAME, cluster_of, land_now, landed, opened_run, owed, usage
from tests.faults.subprocess_runs import KILLED
from tests.object_store import ObjectStore
from tests.scene import ROUTER_ALONE, Scene, small_rows, statuses, write_rankings
from tests.storage.scenes import apart, numbers, silent
from tokenshare.errors import ExitCode, StoreUnavailable

__all__ = ["mill"]
pytestmark = [pytest.mark.kill, pytest.mark.timeout(900), pytest.mark.slow]
FIRST, SECOND = "2026-06-15T05:00:00+00:00", "2026-06-22T05:00:00+00:00"
SHARE = "china_share_origin_weekly"


def _land(environ: dict[str, str], scene: Scene, point: str) -> None:
    os.environ.update(environ)
    stages._land(scene, point)


@pytest.mark.parametrize(
    ("point", "objects"),
    [("land.during", 0), ("land.after", 1), ("commit.during", 1), ("commit.after", 1)],
)
def test_kill_9_while_it_lands_doubles_and_loses_nothing(
    mill: Scene, store: ObjectStore, point: str, objects: int
) -> None:
    """The ledger commits after the object is whole; before that it is an orphan, and the same range lands over it."""
    adopt(mill, store)
    cluster = cluster_of(mill)
    producer.send(cluster, [Message(NAME, b"one key", value) for value in usage(range(20))])
    assert forked.run(_land, store.environ, mill, point) == KILLED
    found = [name for name in names_in(mill.home.landing) if name.startswith(NAME)]
    assert len(found) == objects
    producer.send(cluster, [Message(NAME, b"one key", value) for value in usage(range(20, 25))])
    land_now(mill)
    assert sum(owed(mill).values()) == 25
    assert landed_in(mill) == (25, 25)
    assert verify_landing(mill) == []


def test_an_object_that_no_ledger_names_is_ignored_and_shown(mill: Scene, store: ObjectStore) -> None:
    adopt(mill, store)
    producer.send(cluster_of(mill), [Message(NAME, b"one key", value) for value in usage(range(20))])
    land_now(mill)
    (name,) = [name for name in names_in(mill.home.landing) if name.startswith(NAME)]
    stray = name.replace("0-20", "20-40")
    (mill.home.landing / stray).write_bytes((mill.home.landing / name).read_bytes())
    land_now(mill)
    assert landed_in(mill) == (20, 20)
    assert verify_landing(mill) == [("home_holds_nothing_else", f"landing/{stray}")]


@pytest.mark.parametrize(
    "stage", ["land", *(pytest.param(name, marks=pytest.mark.long) for name in ("ingest", "transform", "publish"))]
)
def test_a_store_that_stops_in_a_pass_changes_no_number_and_the_next_pass_goes_on(
    new_scene: Callable[..., Scene], store: ObjectStore, tmp_path: Path, stage: str
) -> None:
    early = write_rankings(tmp_path / "early", small_rows(date(2026, 5, 4), 42))
    late = write_rankings(tmp_path / "late", small_rows(date(2026, 5, 4), 49))
    scene = new_scene(**ROUTER_ALONE, **apart(store))
    scene.refresh(FIRST, early)
    before = numbers(scene)

    def stop_at(said: str) -> None:
        if said == stage:
            store.stop()

    moment = datetime.fromisoformat(SECOND)
    with pytest.raises(StoreUnavailable) as caught:
        run_once(settings.load(scene.variables), moment, late, (), stop_at)
    assert caught.value.exit_code == ExitCode.BROKER
    assert "does not answer" in str(caught.value)
    assert numbers(scene) == before
    store.start()
    assert statuses(scene.refresh(SECOND, late))[SHARE] == "published"
    assert len(numbers(scene)[SHARE]) == 7
    assert verify(scene.home, silent, is_all=True)["breaches"] == []


def test_a_store_that_is_away_when_a_pass_begins_is_an_alert(
    new_scene: Callable[..., Scene], store: ObjectStore, tmp_path: Path
) -> None:
    world = write_rankings(tmp_path / "world", small_rows(date(2026, 5, 4), 42))
    scene = new_scene(**ROUTER_ALONE, **apart(store))
    home.initialise(scene.home, "synthetic")
    store.stop()
    with pytest.raises(StoreUnavailable):
        scene.refresh(FIRST, world)
    (alert,) = alert_status.read(scene.home)["open"]
    assert "does not answer" in str(alert)
    assert scene.home.landing == scene.root / "landing"  # nothing was moved


def adopt(scene: Scene, store: ObjectStore) -> None:
    """Give an empty home folders in the store."""
    scene.environ |= apart(store)
    with opened_run(scene, FIRST, None):
        pass


def landed_in(scene: Scene) -> tuple[int, int]:
    with opened_run(scene, FIRST, None):
        return landed(scene)


def verify_landing(scene: Scene) -> list[tuple[str, str]]:
    wanted = ("home_holds_nothing_else", "ledger_is_contiguous", "files_are_the_ledger", "rows_have_their_offsets")
    told = verify(scene.home, silent, promises=[one for one in PROMISES if one.name in wanted])
    return [(one["promise"], one["where"]) for one in told["breaches"]]
