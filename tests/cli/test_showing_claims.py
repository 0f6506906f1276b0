"""What people read of claims: the label of an invented world, the verdict, and how much was tried."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from flows.cli.screen import Screen
from flows.cli.tables_claims import claims_table, draw_check, draw_citation, format_value

NEAREST = {"method": "top10", "period": "2026-W21", "nearest": 0.62, "numerator": 62, "denominator": 100}
CHECKED: dict[str, Any] = {
    "value": 0.61,
    "about": "china_share",
    "entity": "",
    "unit": "ratio",
    "asked_period": "2026-05-01/2026-05-31",
    "window": "week",
    "verdict": "not_reproduced",
    **NEAREST,
    "beside": [NEAREST],
    "matches": [],
    "variants_tried": 26,
    "variants_matched": 0,
    "windows": [{"window": "week", "tried": 26, "matched": 0}],
    "origin": "synthetic",
    "recorded_as_of": None,
    "synthetic": True,
    "as_of": datetime(2026, 7, 1, 6, tzinfo=UTC),
    "version": 1,
    "stands_on": "fct_usage_daily",
    "status": "held",
}


def drawn(draw: Any, *given: Any) -> str:
    file = StringIO()
    draw(Screen(Console(file=file)), *given)
    return file.getvalue()


def test_a_check_says_the_verdict_and_how_much_was_tried() -> None:
    seen = drawn(draw_check, CHECKED)
    assert "not_reproduced: nearest 62.0% (top10, 2026-W21)" in seen
    assert "26 variants tried, 0 matched: 0 of 26 by week" in seen
    assert "numbers as of 2026-07-01T06:00:00+00:00, version 1, held (synthetic)" in seen
    assert "measured" not in seen


def test_a_check_without_data_says_so() -> None:
    nothing = {**CHECKED, "verdict": "no_data", "nearest": None, "method": None, "period": None, "beside": []}
    assert "no_data: nothing published counts this over that period" in drawn(draw_check, nothing)


def test_the_demos_claims_are_labelled_and_never_called_measured() -> None:
    row = {"claim": "61 % [all]", "claimed": 0.61, "unit": "ratio", "demo (synthetic)": 0.62, "method": "top10"}
    row |= {"period": "2026-W21", "verdict": "not_reproduced", "status": "held", "as_of": CHECKED["as_of"]}
    seen = drawn(lambda screen: screen.print(claims_table([row])))
    for part in ("demo (synthetic)", "61 % [all]", "62.0%", "top10", "not_reproduced", "held", "2026-07-01"):
        assert part in seen, part
    assert "measured" not in seen


def test_a_citation_is_one_line() -> None:
    assert drawn(draw_citation, {"sentence": "word " * 100}).count("\n") == 1


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.616, "ratio", "61.6%"),
        (-0.17, "ratio", "-17.0%"),
        (9.6356, "ratio", "9.6x"),
        (2_183_122_391_337, "tokens", "2,183B tokens"),
        (4, "count", "4"),
        (0.435, "USD/1M tokens", "0.435 USD/1M tokens"),
        (None, "ratio", "-"),
    ],
)
def test_numbers_are_written_as_people_say_them(value: float | None, unit: str, words: str) -> None:
    assert format_value(value, unit) == words
