"""kill -9 at every named point and a rerun: nothing torn, nothing lost, nothing doubled, the same numbers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.daily_worlds import silent_world
from tests.faults.killed_homes import POINTS, KilledHomes, killed_homes, run, survived, troubles_of
from tests.faults.oracles import find_litter, find_losses, shown, versions
from tests.faults.subprocess_runs import KILLED
from tokenshare.errors import ExitCode

__all__ = ["killed_homes"]
pytestmark = [pytest.mark.kill, pytest.mark.timeout(900), pytest.mark.slow]
Record = Callable[[str, Any], None]
# The points of each row, in the order of the route.
PLACES = {
    "K01": ["fetch.before"],
    "K02": ["fetch.during", "archive.before", "archive.during", "archive.after", "fetch.after", "produce.before"],
    "K03": ["produce.during"],
    "K04": ["produce.after"],
    "K05": ["plan.before", "plan.during", "plan.after", "land.before"],
    "K06": ["land.during"],
    "K08": ["land.after", "commit.before", "commit.during"],
    "K09": ["commit.after", "offsets.before", "offsets.during", "offsets.after"],
    "K10": ["build.before", "build.during"],
    "K11": ["build.after", "judge.before", "judge.during"],
    "K12": ["judge.after", "decide.before", "decide.during"],
    "K13": ["swap.during", "swap.after"],
    "K14": ["decide.after", "swap.before"],
    "K15": ["alert.before", "alert.during", "alert.after"],
}


# Amid what each stage keeps; the others are long.
SHORT = ("produce.during", "land.during", "commit.during", "decide.during", "swap.during")


def at(id: str) -> pytest.MarkDecorator:
    marked = [point if point in SHORT else pytest.param(point, marks=pytest.mark.long) for point in PLACES[id]]
    return pytest.mark.parametrize("point", marked)


def test_every_named_moment_is_tried_and_is_of_one_row() -> None:
    assert sorted(point for points in troubles_of(POINTS) for point in points) == sorted(POINTS)
    assert sorted(point for points in PLACES.values() for point in points) == sorted(POINTS)


@at("K01")
def test_k01_the_lock_dies_with_its_process(killed_homes: KilledHomes, point: str, record_property: Record) -> None:
    """kill -9 before the first source is asked, the lock taken."""
    record_property("observed", survived(killed_homes, point))


@at("K02")
def test_k02_a_raw_payload_is_whole_or_absent(killed_homes: KilledHomes, point: str, record_property: Record) -> None:
    """kill -9 while pages are fetched, written, and before the first event is produced."""
    record_property("observed", survived(killed_homes, point))


@at("K03")
def test_k03_half_a_page_is_not_used_and_counts_once(
    killed_homes: KilledHomes, point: str, record_property: Record
) -> None:
    """kill -9 when Kafka has acknowledged half of a fetch's events."""
    record_property("observed", survived(killed_homes, point))


@at("K04")
def test_k04_what_is_produced_twice_counts_once(killed_homes: KilledHomes, point: str, record_property: Record) -> None:
    """kill -9 when everything is acknowledged and the fetch is not noted as whole."""
    record_property("observed", survived(killed_homes, point))


@at("K05")
def test_k05_planned_ranges_are_landed_as_planned(
    killed_homes: KilledHomes, point: str, record_property: Record
) -> None:
    """kill -9 before, amid and after the plan of ranges."""
    record_property("observed", survived(killed_homes, point))


@at("K06")
def test_k06_a_range_half_read_lands_again(killed_homes: KilledHomes, point: str, record_property: Record) -> None:
    """kill -9 while a range is read, before its file is in place."""
    record_property("observed", survived(killed_homes, point))


@at("K08")
def test_k08_the_ledger_moves_whole_or_not(killed_homes: KilledHomes, point: str, record_property: Record) -> None:
    """kill -9 with the files landed: before and amid the transaction of the ledger."""
    record_property("observed", survived(killed_homes, point))


@at("K09")
def test_k09_the_ledger_wins_over_the_group(killed_homes: KilledHomes, point: str, record_property: Record) -> None:
    """kill -9 between the ledger's commit and the group's offsets, and with half of those set."""
    record_property("observed", survived(killed_homes, point))


@at("K10")
def test_k10_a_half_build_shows_and_leaves_nothing(
    killed_homes: KilledHomes, point: str, record_property: Record
) -> None:
    """kill -9 before dbt and in the middle of its models."""
    record_property("observed", survived(killed_homes, point))


@at("K11")
def test_k11_without_a_gate_nothing_is_shown(killed_homes: KilledHomes, point: str, record_property: Record) -> None:
    """kill -9 between the build and the gates, and between two groups of gates."""
    record_property("observed", survived(killed_homes, point))


@at("K12")
def test_k12_decisions_are_all_or_none(killed_homes: KilledHomes, point: str, record_property: Record) -> None:
    """kill -9 after the gates, and amid the transaction of the decisions."""
    record_property("observed", survived(killed_homes, point))


@at("K13")
def test_k13_readers_see_the_old_file_or_the_new(
    killed_homes: KilledHomes, point: str, record_property: Record
) -> None:
    """kill -9 with the new published file written and not yet in place, and just after."""
    record_property("observed", survived(killed_homes, point))


@at("K14")
def test_k14_the_next_pass_shows_what_was_decided(
    killed_homes: KilledHomes, point: str, record_property: Record
) -> None:
    """kill -9 between the decisions and the swap of the published file."""
    record_property("observed", survived(killed_homes, point))


@at("K15")
def test_k15_numbers_stand_when_killed_amid_alerts(
    killed_homes: KilledHomes, point: str, record_property: Record
) -> None:
    """kill -9 before, amid and after the round of alerts."""
    record_property("observed", survived(killed_homes, point))


@pytest.mark.long
def test_k14_a_pass_that_fails_still_shows_what_the_killed_one_decided(
    killed_homes: KilledHomes, tmp_path: Path, record_property: Record
) -> None:
    """kill -9 between deciding and showing; the next dies before it asks anybody, the one after gets no answer."""
    home, day = killed_homes.homes[0], killed_homes.epilogue
    scene, last = home.scene, list(home.days.values())[-1]
    before, decided = last.result().after, killed_homes.twin.days[day].result()
    assert run(scene, day, killed_homes.world, kill_at="decide.after") == KILLED
    assert shown(scene).relations == before.relations
    assert run(scene, day + 1, killed_homes.world, kill_at="fetch.before") == KILLED
    assert shown(scene) == decided != before
    assert run(scene, day + 1, silent_world(killed_homes.world, tmp_path / "silent")) == ExitCode.INCOMPLETE
    assert versions(shown(scene)) == versions(decided)
    assert find_litter(scene) == find_losses(scene) == []
    record_property("observed", f"{len(decided.publications)} decisions shown before anybody was asked")
