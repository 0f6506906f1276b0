"""kill -9 at every named point and a rerun: nothing torn, nothing lost, nothing doubled, the same numbers."""

from pathlib import Path

import pytest

from tests.kill.chains import DAYS, POINTS, SHOWN, TROUBLES, run
from tests.kill.conftest import Lives
from tests.kill.oracles import find_litter, find_losses, shown, versions
from tests.kill.passes import KILLED
from tests.kill.worlds import silent_world
from tokenshare.errors import ExitCode

pytestmark = [pytest.mark.kill, pytest.mark.timeout(900)]
at_every_point = pytest.mark.parametrize("point", POINTS)
every_day = pytest.mark.parametrize("points", TROUBLES, ids=lambda points: "-".join(points))


def test_every_named_moment_is_tried() -> None:
    assert {point for points in TROUBLES for point in points} == set(POINTS)


@at_every_point
def test_point_is_reached(lives: Lives, point: str) -> None:
    accident = lives.accident(point)
    assert accident.kills[point].code == KILLED  # an ordinary end would mean that nobody came by
    assert accident.expected.relations != accident.before.relations  # the day had something to say


@at_every_point
def test_killed_pass_leaves_all_as_before_or_all_as_after(lives: Lives, point: str) -> None:
    accident = lives.accident(point)
    left, wanted = accident.kills[point], accident.expected if point in SHOWN else accident.before
    for metric, rows in left.shown.relations.items():
        assert rows == wanted.relations[metric], metric
    assert left.shown.publications == wanted.publications
    assert left.torn == []


@every_day
def test_rerun_shows_what_the_undisturbed_twin_shows(lives: Lives, points: tuple[str, ...]) -> None:
    accident = lives.accident(points[0])
    assert accident.rerun == 0, accident.said
    for metric, rows in accident.expected.relations.items():
        assert accident.after.relations[metric] == rows, metric
    assert accident.after.publications == accident.expected.publications
    assert accident.after.restatements == accident.expected.restatements
    assert accident.after.files == accident.expected.files


@every_day
def test_rerun_leaves_no_litter(lives: Lives, points: tuple[str, ...]) -> None:
    assert lives.accident(points[0]).litter == []


@every_day
def test_rerun_has_every_record_once(lives: Lives, points: tuple[str, ...]) -> None:
    assert lives.accident(points[0]).losses == []


def test_pass_that_fails_still_shows_what_the_killed_one_decided(lives: Lives, tmp_path: Path) -> None:
    """Killed between deciding and showing; the next dies before it asks anybody, the one after gets no answer."""
    scene, day = lives.chains[0].scene, DAYS + 1
    before, decided = lives.accident(TROUBLES[-2][0]).after, lives.twin.days[day].result()
    assert run(scene, day, lives.world, kill_at="decide.after") == KILLED
    assert shown(scene).relations == before.relations
    assert run(scene, day + 1, lives.world, kill_at="fetch.before") == KILLED
    assert shown(scene) == decided != before
    assert run(scene, day + 1, silent_world(lives.world, tmp_path / "silent")) == ExitCode.INCOMPLETE
    assert versions(shown(scene)) == versions(decided)
    assert find_litter(scene) == find_losses(scene) == []
