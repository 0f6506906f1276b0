"""Every writing call of a pass before and after dbt builds is refused once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.failure_sweep import exhaust, held, told

Record = Callable[[str, Any], None]


@pytest.mark.long
@pytest.mark.timeout(2400)
def test_r01_no_space_at_every_call_before_and_after_the_build(
    broker: str, tmp_path: Path, record_property: Record
) -> None:
    """ENOSPC at call n of a refresh before and after dbt builds, for every n, one call a pass."""
    found = exhaust(broker, tmp_path, lambda stage: stage != "transform")
    for day in found.days:
        held(day, day.failures)
    assert set() < found.met <= found.done
    failures = [failure for day in found.days for failure in day.failures]
    record_property("observed", f"all {len(found.met)} calls on {len(found.days)} days; {told(failures)}")
