"""Every source with every fault: dependent metrics are held, or stay, with the reason; all else goes on."""

from collections.abc import Iterator

import pytest

from connectors.kafka import topics
from connectors.kafka.cluster import Cluster
from connectors.sources import SOURCES
from tests.faults.scenario import WELL, Scenario, objections, open_scenario
from tests.faults.sources import FAULTS, NOT_SERVED, TABLE
from tests.scene import Scene, statuses
from tokenshare.errors import ExitCode

# By fault, so that a file is well again in the pass in which the next one is wrong.
CELLS = [(name, fault) for fault in FAULTS for name, cells in TABLE.items() if cells[fault].edit]


@pytest.fixture(scope="module")
def scenario(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scenario]:
    """A home after good passes; after the last fault, too, everything goes."""
    directory = tmp_path_factory.mktemp("faults")
    scene = Scene(directory / "home", broker, {"TOKENSHARE_HTTP_ATTEMPTS": "1"})
    opened = open_scenario(scene, directory / "world")
    yield opened
    mended = opened.play({})
    assert not list(objections(mended))
    assert mended.report.exit_code == ExitCode.OK
    assert set(statuses(mended.report).values()) <= set(WELL)
    assert {row["status"] for rows in mended.shown.values() for row in rows} == {"current"}
    topics.delete_prefixed(Cluster(broker, topic_prefix=scene.prefix))


def test_every_source_has_a_cell_for_every_fault() -> None:
    for source in SOURCES:
        cells = TABLE[source.world_file]
        assert tuple(cells) == FAULTS, source.id
        for fault, cell in cells.items():
            assert bool(cell.edit) != bool(cell.why), (source.id, fault)
            assert cell.held or not cell.edit or {source.id, NOT_SERVED.get(source.id)} & cell.refused.keys()


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("name", "fault"), CELLS)
def test_one_fault_holds_what_stands_on_it_and_nothing_else(scenario: Scenario, name: str, fault: str) -> None:
    """The fault before it is mended in the same pass, so the metrics held by that one are published again."""
    cell = TABLE[name][fault]
    if scenario.landed == name and not cell.held:
        scenario.play({})  # bad numbers stay until their file is stated again
    assert not list(objections(scenario.play({name: cell})))
