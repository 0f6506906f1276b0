"""The one broker shared by tests: an existing one if named, else a real Kafka in a temporary home."""

import os
from pathlib import Path

import pytest

from connectors.kafka import broker as local

BOOTSTRAP = "TOKENSHARE_TEST_BOOTSTRAP_SERVERS"
WORKER = "PYTEST_XDIST_WORKER"


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Bootstrap servers; the first caller starts the broker, and `stop_broker` ends it after the last test of all."""
    if os.environ.get(BOOTSTRAP):
        return os.environ[BOOTSTRAP]
    return local.start(_home(common(tmp_path_factory)), lambda _: None, environ=os.environ)


def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of this run, shared by all its workers."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if WORKER in os.environ else own


def stop_broker(tmp_path_factory: pytest.TempPathFactory) -> None:
    """End the broker of this run, if one was started; only the process that began the run calls it."""
    if WORKER not in os.environ:
        local.stop(_home(tmp_path_factory.getbasetemp()))


def _home(run: Path) -> Path:
    return run / "broker home"
