"""What a person asks of a number, and the one sentence that answers what cannot be asked."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.storage.home import Home
from flows.check import read_question
from flows.cite import cite
from flows.periods import EVER, read_period
from tests.cli.homes import claimed
from tokenshare.errors import UsageError
from tokenshare.metrics import METRIC_BY_ID


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", (2026, 1, 1), (2026, 12, 31)),
        ("2024-02", (2024, 2, 1), (2024, 2, 29)),
        ("2026-W01", (2025, 12, 29), (2026, 1, 4)),
        ("2026-W53", (2026, 12, 28), (2027, 1, 3)),
        ("2026-05-20", (2026, 5, 20), (2026, 5, 20)),
        ("2026-05-20/2026-06", (2026, 5, 20), (2026, 6, 30)),
    ],
)
def test_a_period_is_its_first_and_last_day(text: str, start: tuple[int, int, int], end: tuple[int, int, int]) -> None:
    assert read_period(text) == (date(*start), date(*end))


def test_no_period_is_all_there_is() -> None:
    assert read_period(None) == EVER


@pytest.mark.parametrize("text", ["", "may", "2026-13", "2026-W54", "2026-05-32", "2026-06/2026-05", "26-05", "2026-5"])
def test_what_is_no_period_is_said_with_what_to_write(text: str) -> None:
    with pytest.raises(UsageError, match=r"is no period: write 2026, 2026-05, 2026-W21"):
        read_period(text)


@pytest.mark.parametrize(
    ("value", "rounding", "step"),
    [("0.61", None, "0.01"), ("0.176", None, "0.001"), ("4", None, "1"), ("0.6", "0.05", "0.05")],
)
def test_the_last_digit_is_the_step(value: str, rounding: str | None, step: str) -> None:
    about = "router_growth" if value == "4" else "china_share"
    assert read_question(value, about, "", None, rounding, None).rounding == Decimal(step)


def test_a_short_period_is_told_in_days() -> None:
    assert read_question("0.6", "china_share", "", "2026-05-20", None, None).window == "day"
    assert read_question("0.6", "china_share", "", "2026-W21", None, None).window == "week"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("61", "china_share", "", None, None, None), r"value: 61 is outside 0 to 1: .* for 61 % write 0.61"),
        (("-0.1", "china_share", "", None, None, None), r"value: -0.1 is outside 0 to 1"),
        (("x", "china_share", "", None, None, None), r"VALUE 'x' is no number: write digits"),
        (("NaN", "china_share", "", None, None, None), r"VALUE 'NaN' is no number"),
        (("Infinity", "router_growth", "", None, None, None), r"VALUE 'Infinity' is no number"),
        (("1e400", "router_growth", "", None, None, None), r"VALUE '1e400' is no number"),
        (("0.6", "share", "", None, None, None), r"a claim cannot be about 'share': choose among china_share, "),
        (("0.6", "china_share", "qwen", None, None, None), r"entity: 'qwen' is not what china_share is about: empty"),
        (
            ("0.6", "vendor_share", "", None, None, None),
            r"entity: '' is not what vendor_share is about: such",
        ),
        (
            ("4", "model_rank_china_count", "top7", None, None, None),
            r"entity: 'top7' is not one .*: choose among top5",
        ),
        (("0.6", "openness_share", "open", None, None, None), r"choose among open_chinese, open_other"),
        (("0.6", "china_share", "", None, "0", None), r"0 is no step to round to: leave --rounding out"),
        (("0.6", "china_share", "", None, "-1", None), r"-1 is no step to round to"),
        (
            ("0.6", "china_share", "", None, None, "guess"),
            r"method: 'guess' is no way to count china_share: choose among",
        ),
    ],
)
def test_what_cannot_be_asked_is_said_with_what_to_write(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_question(*words)


def test_a_home_without_numbers_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing is published yet: run `tokenshare refresh`"):
        cite(Home(claimed(tmp_path / "home")), METRIC_BY_ID["router_tokens_weekly"], ["2026-W21"])
