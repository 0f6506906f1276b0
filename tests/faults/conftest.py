"""Scenes over the whole route; and with `--fault-report`, a page of the observations of each row's tests."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from connectors.kafka import topics
from connectors.storage import home
from tests.faults.report import Seen, row_of, write
from tests.faults.stages import cluster_of
from tests.route.conftest import home_of, new_scene, scene
from tests.scene import Scene
from tokenshare.topics import TOPIC_NAMES

__all__ = ["home_of", "new_scene", "scene"]
pytest.register_assert_rewrite("tests.faults.killed_homes")  # so that a kill that was not survived says how
OPTION = "--fault-report"


@pytest.fixture
def mill(broker: str, tmp_path: Path) -> Iterator[Scene]:
    """A home with topics, for landing only."""
    scene = Scene(tmp_path / "home", broker)
    home.initialise(scene.home, "live")
    topics.create(cluster_of(scene), TOPIC_NAMES)
    yield scene
    topics.delete_prefixed(cluster_of(scene))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, type=Path, help="write what each fault did to this page")


def pytest_configure(config: pytest.Config) -> None:
    """Register the page's writer in the process gathering all reports, and only there."""
    page = config.getoption(OPTION, default=None)
    if page and not hasattr(config, "workerinput"):
        config.pluginmanager.register(FaultReport(page))


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Attach the first line of each docstring, the injected fault, to the test's reports."""
    for item in items:
        if row_of(item.nodeid.partition("[")[0]):
            injected = (getattr(item, "obj", None).__doc__ or "").strip().partition("\n")[0]
            item.user_properties.append(("injected", injected))


class FaultReport:
    """Gathers, row by row; `page` is written at the end."""

    def __init__(self, page: Path) -> None:
        self.page = page
        self.seen: defaultdict[str, Seen] = defaultdict(Seen)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        path = report.nodeid.partition("[")[0]
        id, (file, _, name) = row_of(path), path.partition("::")
        if not id or report.skipped:
            return
        seen = self.seen[id]
        seen.seconds += report.duration
        seen.tests[file, name] = seen.tests.get((file, name), True) and report.passed
        if report.when == "call":
            said = dict(report.user_properties)
            seen.injected.append(str(said["injected"]))
            seen.observed.append(str(said.get("observed", "")))

    def pytest_sessionfinish(self) -> None:
        write(self.page, self.seen)
