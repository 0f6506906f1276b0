"""The fixtures of every test: broker, recorded data, quiet libraries; and the pages of what was seen."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from tests.broker import broker, stop_broker
from tests.faults.report import PAGES, Observations, describe

__all__ = ["broker"]
pytest_plugins = ["tests.guard"]

RECORDED = Path(os.environ.get("TOKENSHARE_RECORDED_DATA", Path(__file__).parents[2] / "shared" / "data"))

UMASK = os.umask(0o022)
os.umask(UMASK)


def pytest_addoption(parser: pytest.Parser) -> None:
    for page in PAGES:
        parser.addoption(page.option, type=Path, help="write what the tests of its rows saw to this page")


def pytest_configure(config: pytest.Config) -> None:
    """Register the writer of a page in the process gathering all reports, and only there. Hypothesis judges no time."""
    hypothesis_settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis_settings.load_profile("unhurried")
    for page in PAGES:
        path = config.getoption(page.option)
        if path and not hasattr(config, "workerinput"):
            config.pluginmanager.register(Observations(page, path))


@pytest.fixture(autouse=True, scope="session")
def _quiet() -> None:
    from flows.cli.output import silence_libraries

    silence_libraries()


@pytest.fixture(autouse=True)
def _has_the_umask() -> None:
    """A command that ran in this process, for a fixture or a test before, made its files private."""
    os.umask(UMASK)


@pytest.fixture(scope="session")
def recorded_data() -> Path:
    """Real rows beside the checkout; without them the test is skipped."""
    if not RECORDED.is_dir():
        pytest.skip("recorded data are not beside this checkout")
    return RECORDED


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Collect tests without collecting garbage: imports make much that stays, and no later round looks at it either."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Describe each test; put slow files first, so that no worker begins one while the others are done."""
    longest: dict[Path, float] = {}
    for item in items:
        limit = item.get_closest_marker("timeout")
        longest[item.path] = max(longest.get(item.path, 0), limit.args[0] if limit else 0)
    for item in items:
        describe(item)
    items.sort(key=lambda item: -longest[item.path])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the broker after the last worker: they share it."""
    stop_broker(session.config._tmp_path_factory)  # type: ignore[attr-defined]
