"""What a person asks of a number, and the one sentence that answers what cannot be asked."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from connectors.storage.home import Home
from flows.queries.check import read_question
from flows.queries.cite import _sentence as cite_sentence
from flows.queries.cite import cite
from flows.queries.periods import EVER, read_period
from tests.cli.homes import claimed
from tokenshare.errors import UsageError
from tokenshare.metrics import METRIC_BY_ID, METRICS, Metric


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
    with pytest.raises(UsageError, match=r"is not a valid period: write 2026, 2026-05, 2026-W21"):
        read_period(text)


@pytest.mark.parametrize(
    ("value", "rounding", "step"),
    [
        ("0.61", None, "0.01"),
        ("0.176", None, "0.001"),
        ("4", None, "1"),
        ("0.6", "0.05", "0.05"),
        ("61%", None, "0.01"),
        ("61.0 %", None, "0.001"),
        ("61%", "0.5%", "0.005"),
        (".61", None, "0.01"),
    ],
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
        (("x", "china_share", "", None, None, None), r"VALUE 'x' is not a valid number: write digits"),
        (
            ("1,2", "router_growth", "", None, None, None),
            r"a comma in VALUE '1,2' may separate decimals or .*: write 1.2$",
        ),
        (("1,200", "router_growth", "", None, None, None), r"may separate decimals or thousands: write 1.200 or 1200$"),
        (
            ("1,234,567.5", "router_growth", "", None, None, None),
            r"may separate decimals or thousands: write 1234567.5$",
        ),
        (("61,5%", "china_share", "", None, None, None), r"may separate decimals or thousands: write 61.5%$"),
        (("1,2,3", "router_growth", "", None, None, None), r"VALUE '1,2,3' is not a valid number"),
        (("6 1%", "china_share", "", None, None, None), r"VALUE '6 1%' is not a valid number"),
        (("1_0", "router_growth", "", None, None, None), r"VALUE '1_0' is not a valid number"),
        (
            ("61%", "router_tokens", "", None, None, None),
            r"router_tokens is stated in tokens, not in percent: write the",
        ),
        (("161%", "china_share", "", None, None, None), r"value: 1.61 is outside 0 to 1"),
        (("NaN", "china_share", "", None, None, None), r"VALUE 'NaN' is not a valid number"),
        (("Infinity", "router_growth", "", None, None, None), r"VALUE 'Infinity' is not a valid number"),
        (("1e400", "router_growth", "", None, None, None), r"VALUE '1e400' is not a valid number"),
        (("0.6", "share", "", None, None, None), r"a claim cannot be about 'share': did you mean .*china_share"),
        (("0.6", "china_share", "qwen", None, None, None), r"entity: 'qwen' is not an entity of china_share: leave it"),
        (
            ("0.6", "vendor_share", "", None, None, None),
            r"entity: '' is not an entity of vendor_share: name one, such",
        ),
        (
            ("4", "model_rank_china_count", "top7", None, None, None),
            r"entity: 'top7' is not an entity of .*: choose among top5",
        ),
        (("0.6", "openness_share", "open", None, None, None), r"choose among open_chinese, open_other"),
        (("0.6", "china_share", "", None, "0", None), r"0 is not a valid rounding step: omit --rounding"),
        (("0.6", "china_share", "", None, "-1", None), r"-1 is not a valid rounding step"),
        (
            ("0.6", "china_share", "", None, None, "guess"),
            r"method: 'guess' is not a method of china_share: choose among",
        ),
    ],
)
def test_what_cannot_be_asked_is_said_with_what_to_write(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_question(*words)


def test_a_home_without_numbers_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing is published yet: run `tokenshare refresh`"):
        cite(Home(claimed(tmp_path / "home")), METRIC_BY_ID["router_tokens_weekly"], ["2026-W21"])


def quoted(metric: Metric, **known: Any) -> str:
    fields = {
        "value": 0.968, "unit": "ratio", "denominator": metric.denominator, "denominator_tokens": None,
        "lower_share": None, "upper_share": None, "origin": "synthetic", "recorded_as_of": None,
        "as_of": datetime(2026, 7, 13, 6, tzinfo=UTC),
        "version": 3, "digest": "0123456789abcdef", "status": "current", "verified": None, "changed_since": [],
        "citation": "",
    }  # fmt: skip
    return cite_sentence(metric, ["2026-W25"], {**fields, **known})


def test_a_citation_is_a_plain_sentence() -> None:
    free = METRIC_BY_ID["free_share_weekly"]
    assert quoted(free, denominator_tokens=25_694_634_091_570) == (
        "Share of tokens of free variants, 2026-W25: 96.8% of all tokens, other included (25,694,634,091,570); "
        "synthetic, not a measurement: counted by tokenshare in a world of files as of 2026-07-13 06:00 UTC; "
        "free_share_weekly version 3, digest 0123456789ab."
    )


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.id)
def test_no_citation_has_markdown_or_two_brackets_in_a_row(metric: Metric) -> None:
    for bounds in ({}, {"upper_share": 0.99}, {"lower_share": 0.9, "upper_share": 0.99}):
        sentence = quoted(metric, denominator_tokens=1_000, verified=True, **bounds)
        assert not re.search(r"`|\) \(|, of |  |;;", sentence), sentence
