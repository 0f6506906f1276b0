"""The fixtures of every test: the broker, the folder of recorded data, and quiet libraries."""

import os
from pathlib import Path

import pytest

from tests.broker import broker, stop_broker

__all__ = ["broker"]

RECORDED = Path(os.environ.get("TOKENSHARE_RECORDED_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.fixture(autouse=True, scope="session")
def _quiet() -> None:
    from flows.cli.output import silence_libraries

    silence_libraries()


@pytest.fixture(scope="session")
def recorded_data() -> Path:
    """Real rows beside the checkout; without them the test is skipped."""
    if not RECORDED.is_dir():
        pytest.skip("recorded data are not beside this checkout")
    return RECORDED


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put slow files first, so that no worker begins one while the others are done."""
    longest: dict[Path, float] = {}
    for item in items:
        limit = item.get_closest_marker("timeout")
        longest[item.path] = max(longest.get(item.path, 0), limit.args[0] if limit else 0)
    items.sort(key=lambda item: -longest[item.path])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the broker after the last worker: they share it."""
    stop_broker(session.config._tmp_path_factory)  # type: ignore[attr-defined]
