"""One minute of `make soak`, which runs for ten."""

from pathlib import Path

import pytest

from tests.faults.soak import soak
from tokenshare.errors import ExitCode

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


def test_a_minute_of_trouble_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    audit = soak(60, tmp_path, kill_seconds=(8, 12))
    assert audit.objections == {}
    assert audit.acknowledged > 1000
    assert audit.landed + audit.dead_letters >= audit.acknowledged
    assert audit.restarts == 2
    assert audit.looks > 10
    assert audit.passes.keys() >= {str(int(ExitCode.OK)), "-9"}
