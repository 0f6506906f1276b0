"""What a world states of itself: read strictly, and put into words."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.emulator.world_files import read_origin
from tokenshare.errors import UsageError
from tokenshare.origins import LIVE, SYNTHETIC, Origin

AS_OF = datetime(2026, 8, 3, 6, tzinfo=UTC)
STATED = {"origin": "recorded", "as_of": "2026-08-03T06:00:00Z", "citation": "Source: a tracker, CC BY 4.0"}


def world_stating(folder: Path, body: Any) -> Path:
    (folder / "world.json").write_text(body if isinstance(body, str) else json.dumps(body))
    return folder


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (STATED, Origin("recorded", AS_OF, "Source: a tracker, CC BY 4.0")),
        ({"origin": "recorded"}, Origin("recorded")),
        ({**STATED, "as_of": "2026-08-03T08:00+02:00"}, Origin("recorded", AS_OF, "Source: a tracker, CC BY 4.0")),
        ({"origin": "synthetic", "as_of": "2026-08-03T06:00Z"}, Origin("synthetic", AS_OF)),
        ({"citation": " mine "}, Origin("synthetic", None, "mine")),
        ({}, SYNTHETIC),
    ],
)
def test_a_statement_is_read(tmp_path: Path, body: Any, wanted: Origin) -> None:
    assert read_origin(world_stating(tmp_path, body)) == wanted


def test_a_world_without_a_statement_is_synthetic(tmp_path: Path) -> None:
    assert read_origin(tmp_path) == SYNTHETIC


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({**STATED, "origin": "live"}, "origin is 'live': not recorded or synthetic"),
        ({**STATED, "origin": "Recorded"}, "origin is 'Recorded'"),
        ({**STATED, "origin": None}, "origin is 'None'"),
        ({**STATED, "origin": ["recorded"]}, "origin is"),
        ({**STATED, "as_of": "2026-08-03T06:00:00"}, "as_of is '2026-08-03T06:00:00'"),
        ({**STATED, "as_of": "2026-08-03"}, "as_of is '2026-08-03'"),
        ({**STATED, "as_of": 1785736800}, "as_of is '1785736800'"),
        ({**STATED, "as_of": None}, "as_of is 'None'"),
        ({**STATED, "citation": ""}, "citation is not a line of text"),
        ({**STATED, "citation": "two\nlines"}, "citation is not a line of text"),
        ({**STATED, "citation": "\u001b[2J"}, "citation is not a line of text"),
        ({**STATED, "citation": 4}, "citation is not a line of text"),
        ({**STATED, "asof": "2026-08-03T06:00:00Z"}, "not an object of origin, as_of, citation alone"),
        ([STATED], "not an object of"),
        ('{"origin": "recorded", "origin": "synthetic"}', "duplicate key 'origin'"),
        ("origin: recorded", "not JSON"),
        ("", "not JSON"),
    ],
)
def test_anything_else_is_refused_with_the_fix(tmp_path: Path, body: Any, named: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_origin(world_stating(tmp_path, body))
    assert str(tmp_path / "world.json") in caught.value.message
    assert named in caught.value.message
    assert '"origin": "recorded"' in caught.value.fix


def test_live_numbers_need_no_label_and_recorded_ones_name_their_moment() -> None:
    labels = [origin.label for origin in (LIVE, SYNTHETIC, Origin("recorded", AS_OF))]
    assert labels == ["", "synthetic", "recorded, as of 2026-08-03 06:00 UTC"]


@pytest.mark.parametrize("days", [-1, 0, 1])
def test_a_recording_speaks_for_no_later_moment_than_its_own(days: int) -> None:
    asked = AS_OF + timedelta(days=days)
    assert Origin("recorded", AS_OF).until(asked).as_of == min(AS_OF, asked)
    assert LIVE.until(asked).as_of == asked
