"""Two years of real rankings: an independent computation with our seeds gives the answers of somebody else."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.route.answers import expected, unlike
from tests.route.independent import compute

pytestmark = pytest.mark.recorded

ANSWERS = {  # the file beside each world, and the moment that it speaks for
    ("openrouter", "expected_weekly_attributed.csv"): ("2026-08-03T06:00:00Z", 6),
    ("openrouter-weeks", "expected_weekly_attributed.csv"): ("2026-06-22T06:00:00Z", 12),
    ("openrouter-history", "expected_weekly_2026-07-20.csv"): ("2026-07-20T06:00:00Z", 78),
    ("openrouter-history", "expected_weekly_2026-08-03.csv"): ("2026-08-03T06:00:00Z", 80),
}


@pytest.mark.parametrize(("world", "file"), ANSWERS, ids=" ".join)
def test_every_week_is_as_computed_elsewhere(recorded_data: Path, world: str, file: str) -> None:
    moment, weeks = ANSWERS[world, file]
    found = compute(recorded_data / world, datetime.fromisoformat(moment))
    wanted = expected(recorded_data / world / file)
    shown = {f"{row['week_start_date']:%G-W%V}" for row in found["router_tokens_weekly"]}
    assert len(wanted) == weeks
    assert shown == {week["iso_week"] for week in wanted}
    assert unlike(found.__getitem__, wanted) == []
