"""The one broker that tests share: an existing one where named, else a real Kafka in a temporary home."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.kafka import broker as local

BOOTSTRAP = "TOKENSHARE_TEST_BOOTSTRAP_SERVERS"


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bootstrap servers."""
    if os.environ.get(BOOTSTRAP):
        yield os.environ[BOOTSTRAP]
        return
    home: Path = tmp_path_factory.mktemp("broker home")
    try:
        yield local.start(home, lambda _: None, environ=os.environ)
    finally:
        local.stop(home)
