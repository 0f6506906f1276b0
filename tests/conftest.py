"""What every test shares: the broker, the place of recorded data, and libraries that keep quiet."""

import os
from pathlib import Path

import pytest

from tests.broker import broker, stop_broker

__all__ = ["broker"]

RECORDED = Path(os.environ.get("TOKENSHARE_RECORDED_DATA", Path(__file__).parents[2] / "shared" / "data"))


@pytest.fixture(autouse=True, scope="session")
def _quiet() -> None:
    from flows import answer

    answer.quieten()


@pytest.fixture(scope="session")
def recorded_data() -> Path:
    """Real rows beside the checkout; the test is skipped where there are none."""
    if not RECORDED.is_dir():
        pytest.skip("recorded data are not beside this checkout")
    return RECORDED


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The broker outlives the workers that share it."""
    stop_broker(session.config._tmp_path_factory)  # type: ignore[attr-defined]
