"""Every source made wrong in every way: what stands on it is held, or stays, with the reason; all else goes on.

Every fault alone in `make faults`; here one pass of many faults, of which half land.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from connectors.sources import SOURCES
from tests.faults.schedule import in_order, passes
from tests.faults.sources import FAULTS, NOT_SERVED, TABLE
from tests.faults.stage import WELL, Stage, Step, objections, open_stage
from tests.scene import Scene, statuses
from tokenshare.errors import ExitCode

pytestmark = pytest.mark.timeout(1800)
SCHEDULE = passes(TABLE)
SAMPLE = SCHEDULE[3]
ALONE = [(name, fault) for name, cells in TABLE.items() for fault in in_order(cells)]


def open_home(broker: str, directory: Path) -> Iterator[tuple[Stage, Step]]:
    scene = Scene(directory / "home", broker, {"TOKENSHARE_HTTP_ATTEMPTS": "1"})
    yield open_stage(scene, directory / "world")
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


@pytest.fixture(scope="module")
def steps(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Step]]:
    """A good pass, one with the faults of the sample, and a good one again."""
    for stage, clean in open_home(broker, tmp_path_factory.mktemp("faults")):
        wrong = stage.play({name: TABLE[name][fault] for name, fault in SAMPLE.items()})
        yield [clean, wrong, stage.play({})]


@pytest.fixture(scope="module")
def stage(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    for stage, _ in open_home(broker, tmp_path_factory.mktemp("faults alone")):
        yield stage


def test_every_source_has_a_cell_for_every_fault() -> None:
    for source in SOURCES:
        cells = TABLE[source.world_file]
        assert tuple(cells) == FAULTS, source.id
        for fault, cell in cells.items():
            assert bool(cell.edit) != bool(cell.why), (source.id, fault)
            assert cell.held or not cell.edit or {source.id, NOT_SERVED.get(source.id)} & cell.refused.keys()


def test_every_fault_is_in_one_pass_and_lands_where_it_can_be_told() -> None:
    played = [(name, fault) for row in SCHEDULE for name, fault in row.items()]
    assert sorted(played) == sorted(ALONE)
    landing = [bool(TABLE[name][fault].held) for name, fault in SAMPLE.items()]
    assert min(landing.count(True), landing.count(False)) > 4


def test_what_is_wrong_holds_what_stands_on_it_and_nothing_else(steps: list[Step]) -> None:
    assert not list(objections(steps[1]))


@pytest.mark.parametrize("place", [0, -1])
def test_good_files_let_everything_go(steps: list[Step], place: int) -> None:
    assert steps[place].report.exit_code == ExitCode.OK
    assert set(statuses(steps[place].report).values()) <= set(WELL)
    shown = {row["status"] for rows in steps[place].shown.values() for row in rows}
    assert shown == {"current"}


@pytest.mark.long
@pytest.mark.parametrize(("name", "fault"), ALONE)
def test_one_fault_alone(stage: Stage, name: str, fault: str) -> None:
    cell = TABLE[name][fault]
    assert not list(objections(stage.play({name: cell})))
    if cell.held:
        mended = stage.play({})
        assert not list(objections(mended))
        assert mended.report.exit_code == ExitCode.OK
