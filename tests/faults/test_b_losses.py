"""Records gone from Kafka: the pass stops, goes on if a person accepts that, and holds until all is stated again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows.orchestration.refresh import Report
from flows.queries.trace import trace
from flows.queries.verify import verify
from flows.setup.context import RunOptions
from flows.stages import ingest
from flows.stages.land import land
from tests.faults.oracles import find_litter
from tests.faults.stages import NAME, ask_only, delete_all, landed, make_again, opened_run, owed
from tests.scene import MODELS, ROUTER_ALONE, Scene, small_rows, statuses, write_prices, write_rankings
from tokenshare.errors import ExitCode, RecordsLost
from tokenshare.metrics import METRIC_BY_ID, METRICS

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]
ROUTER = [metric.id for metric in METRICS if metric.group == "router"]
ACCEPTED = RunOptions(accepts_gaps_by="Ada")
Record = Callable[[str, Any], None]


def values(scene: Scene, id: str) -> list[tuple[Any, ...]]:
    names = METRIC_BY_ID[id].row.model_fields
    return [tuple(row[name] for name in names) for row in scene.metric(id)]


@dataclass(frozen=True)
class Seen:
    """A home through a loss: the versions before, the reports of each pass, and the records of the loss."""

    scene: Scene
    world: Path
    before: dict[str, list[Any]]
    due: dict[int, int]
    beginnings: dict[int, int]
    stopped: RecordsLost
    accepted: Report
    held: dict[str, list[Any]]
    narrow: Report
    whole: Report


@pytest.fixture(scope="module")
def seen(home_of: Callable[..., Scene], tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Two weeks, then a day with its records deleted before they land."""
    world = write_rankings(tmp_path_factory.mktemp("lossy world"), small_rows(date(2026, 6, 1), 21))
    write_prices(world, "2026-06-01T00:00:00Z", dict.fromkeys(MODELS, ("0.000001", "0.000002")))
    scene = home_of("lossy", **ROUTER_ALONE)
    assert scene.refresh("2026-06-15T06:00:00+00:00", world).exit_code == ExitCode.OK
    before, due = {id: values(scene, id) for id in ROUTER}, owed(scene)
    ask_only(scene, "2026-06-16T05:00:00+00:00", world)
    beginnings = delete_all(scene, NAME)
    with pytest.raises(RecordsLost) as stopped:
        scene.refresh("2026-06-16T06:00:00+00:00", world)
    accepted = scene.refresh("2026-06-16T06:00:00+00:00", world, options=ACCEPTED)
    held = {id: values(scene, id) for id in ROUTER}
    narrow = scene.refresh("2026-06-16T07:00:00+00:00", world, options=RunOptions(days=(date(2026, 6, 15),) * 2))
    whole = scene.refresh("2026-06-16T08:00:00+00:00", world)
    return Seen(scene, world, before, due, beginnings, stopped.value, accepted, held, narrow, whole)


def test_b03_the_pass_stops_and_names_the_ranges_and_the_way_on(seen: Seen, record_property: Record) -> None:
    """Two weeks, then the records of a day deleted before they land (as retention does)."""
    assert seen.stopped.exit_code == ExitCode.RECORDS_LOST
    gone = [partition for partition, due in seen.due.items() if due < seen.beginnings[partition]]
    assert gone
    for partition in gone:
        told = f"{NAME} partition {partition} offsets {seen.due[partition]} to {seen.beginnings[partition] - 1}"
        assert told in seen.stopped.message
    assert "`tokenshare refresh --accept-gap`" in seen.stopped.fix
    record_property("observed", f"exit {seen.stopped.exit_code}, {len(gone)} partitions named to the offset")


def test_b03_an_accepted_gap_is_on_record_with_who_and_when(seen: Seen, record_property: Record) -> None:
    """A pass with --accept-gap after such a loss."""
    gaps = seen.scene.catalog("gaps")
    assert {(g["topic"], g["partition"], g["start_offset"], g["end_offset"]) for g in gaps} == {
        (NAME, partition, due, seen.beginnings[partition])
        for partition, due in seen.due.items()
        if due < seen.beginnings[partition]
    }
    assert {(g["cause"], g["accepted_by"], g["run_id"]) for g in gaps} == {("deleted", "Ada", seen.accepted.run.id)}
    assert {f"{g['as_of']:%Y-%m-%dT%H}" for g in gaps} == {"2026-06-16T06"}
    record_property("observed", f"{len(gaps)} rows with who and when")


def test_b03_what_depends_on_the_topic_is_held_by_a_check_of_its_own(seen: Seen, record_property: Record) -> None:
    """A pass with --accept-gap after such a loss."""
    assert seen.accepted.exit_code == ExitCode.HELD
    assert {statuses(seen.accepted)[id] for id in ROUTER} == {"held"}
    assert statuses(seen.accepted)["list_price_daily"] in ("published", "unchanged")
    failed = seen.scene.catalog("gate_results", run=seen.accepted.run.id, outcome="failed")
    assert "accepted_gaps" in {row["check"] for row in failed}
    assert seen.held == seen.before
    record_property("observed", f"{len(ROUTER)} metrics held, rows unmoved, exit {seen.accepted.exit_code}")


def test_b03_a_day_asked_again_lands_and_does_not_make_it_whole(seen: Seen, record_property: Record) -> None:
    """A backfill of the lost day alone."""
    asked = {source.id: source.status for source in seen.narrow.sources}
    assert asked["openrouter_rankings"] == "fetched"
    assert sum(found.rows for found in seen.narrow.ranges if found.range.topic == NAME) > 0
    assert {statuses(seen.narrow)[id] for id in ROUTER} == {"held"}
    failed = seen.scene.catalog("gate_results", run=seen.narrow.run.id, outcome="failed", check="accepted_gaps")
    assert failed
    record_property("observed", "still held")


def test_b03_all_is_stated_again_by_itself_and_let_out(seen: Seen, record_property: Record) -> None:
    """The pass after it."""
    assert seen.whole.exit_code == ExitCode.OK
    shown = {row["usage_date"] for row in seen.scene.metric("china_share_trailing7_daily")}
    assert date(2026, 6, 15) in shown
    old = [row for row in values(seen.scene, "fct_usage_daily") if row[0] < date(2026, 6, 15)]
    assert old == seen.before.get("fct_usage_daily", old)
    assert find_litter(seen.scene) == []
    assert verify(seen.scene.home, lambda _: None, is_all=True)["breaches"] == []
    record_property("observed", "whole again, exit 0, verify --all without a breach")


def test_b04_a_topic_made_again_never_lands_under_old_coordinates(seen: Seen, record_property: Record) -> None:
    """The topic deleted and made again, then a pass, then one with --accept-gap."""
    scene, (rows, _) = seen.scene, landed(seen.scene)
    make_again(scene, NAME)
    with opened_run(scene, "2026-06-17T06:00:00+00:00", seen.world) as run:
        ingest.ingest(run)
        with pytest.raises(RecordsLost, match=r"usage\.observed\.v1 partition 0 offsets from \d+ on: deleted and made"):
            land(run)
    assert landed(scene) == (rows, rows)
    with opened_run(scene, "2026-06-17T06:00:00+00:00", seen.world, ACCEPTED) as run:
        new = sum(found.rows for found in land(run) if found.range.topic == NAME)
    assert new > 0
    assert landed(scene) == (rows + new, rows + new)
    after = scene.refresh("2026-06-17T07:00:00+00:00", seen.world)
    assert after.exit_code == ExitCode.OK
    found = trace(scene.home, METRIC_BY_ID["china_share_origin_weekly"], ["2026-W24"])
    assert found.is_equal
    assert find_litter(scene) == []
    assert verify(scene.home, lambda _: None, is_all=True)["breaches"] == []
    record_property(
        "observed", f"stopped; then {new} rows under a name of their own, trace equal, verify --all without a breach"
    )
