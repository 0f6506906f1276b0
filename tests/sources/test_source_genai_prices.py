"""What the price book says, from a world's file or from the installed package, and when it is refused."""

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from genai_prices import types
from genai_prices.data import providers
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sources.genai_prices import SOURCE, TABLE, parse
from connectors.sources.installed_book import InstalledBook, list_entries
from tests.sources.payloads import FIXTURES, WINDOW, fetch_of
from tokenshare.errors import PayloadRefused
from tokenshare.events import PriceListed
from tokenshare.sources import Page

ID = "genai_prices"
GOOD = (FIXTURES / ID / "payload.csv").read_text()
LINE_2 = "deepseek-v4-flash,2026-04-23,2026-05-06,0,,,0.14,0.28"
NOON = time(12, tzinfo=UTC)
DAYS = [date(2025, 1, 1), date(2025, 6, 10), date(2026, 3, 13), date(2026, 8, 17), date(2026, 9, 10), date(2027, 1, 1)]


def page(text: str, kind: str = "text/csv") -> Page:
    return Page(TABLE.file, text.encode(), kind)


def parsed(*pages: Page) -> tuple[PriceListed, ...]:
    return parse(fetch_of(ID, *pages)).events  # type: ignore[return-value]


def told(model: str, *pages: Page) -> set[tuple[Any, ...]]:
    return {
        (
            *(str(e.valid_from), str(e.valid_to), e.tier_min_tokens, e.utc_start, e.utc_end),
            *(e.input_usd_per_token, e.output_usd_per_token),
        )
        for e in parsed(*pages)
        if e.model_id == model
    }


def test_validity_windows_tiers_and_a_future_price_are_told_apart() -> None:
    assert told("deepseek-v4-flash") == {
        ("2026-04-23", "2026-05-06", 0, None, None, "0.00000014", "0.00000028"),
        ("2026-05-06", "None", 0, None, None, "0.0000001", "0.0000002"),
        ("None", "None", 0, 30, 1630, "0.0000002", "0.0000004"),
    }
    assert {(tier, price) for *_, tier, _, _, price, _ in told("gemini-3.1-pro-preview")} == {
        (0, "0.000002"),
        (200_000, "0.000004"),
    }
    assert {start for start, *_ in told("gpt-5.5")} == {"2026-04-23", "2026-07-01"}


def test_free_is_zero_and_an_empty_cell_is_unknown() -> None:
    assert [cells[-2:] for cells in told("qwen3-embedding-8b")] == [("0.00000001", None)]
    assert [cells[-2:] for cells in told("glm-4.5-air")] == [("0", "0")]


def test_a_row_is_said_from_the_moment_it_is_known_and_the_newest_of_a_key_alone() -> None:
    assert ("2026-04-23", "None", 0, None, None, "0.000005", "0.00003") in told("gpt-5.5")
    assert told("gpt-later") == told("gpt-withdrawn") == set()


def test_two_values_known_together_are_both_said() -> None:
    twice = GOOD + "2026-05-08T00:00:00Z,z-ai,glm-4.5-air,2026-01-01,,,,,1,1\n"
    assert len(told("glm-4.5-air", page(twice))) == 2


def test_columns_nobody_has_met_are_reported() -> None:
    lines = GOOD.splitlines()
    wider = "\n".join([f"{lines[0]},cached", *(f"{line},1" for line in lines[1:])])
    assert parse(fetch_of(ID, page(wider))).unknown_fields == {"prices.csv.cached"}
    assert parsed(page(wider)) != ()


def _with(cells: str) -> str:
    return GOOD.replace(LINE_2, f"deepseek-v4-flash,{cells}")


BAD: dict[str, tuple[str, str]] = {
    "column missing": (GOOD.replace("valid_to,", "until,"), "prices.csv line 1: no column valid_to"),
    "known_at missing": (GOOD.replace("known_at,", "since,"), "prices.csv line 1: no column known_at"),
    "quote": (_with('2026-04-23,,0,,,"1,1'), "not CSV"),
    "header only": (GOOD.splitlines()[0] + "\n", "prices.csv: no row is known at 2026-05-12T02:00:00+00:00"),
    "empty": ("", "the body is empty"),
}  # fmt: skip
BAD_ROWS: dict[str, tuple[str, str]] = {
    "negative": (_with("2026-04-23,2026-05-06,0,,,-1,0.28"), "line 2: input_usd_per_million is '-1'"),
    "another unit": (_with("2026-04-23,2026-05-06,0,,,0.14,1000000.01"), "above 1000000 USD per million"),
    "no number": (_with("2026-04-23,2026-05-06,0,,,NaN,0.28"), "line 2: input_usd_per_million is 'NaN'"),
    "infinite": (_with("2026-04-23,2026-05-06,0,,,1e999,0.28"), "too large to be a price"),
    "no day": (_with("2026-04-31,2026-05-06,0,,,1,1"), "line 2: valid_from is '2026-04-31'"),
    "ends before": (_with("2026-05-07,2026-05-06,0,,,1,1"), "line 2 ends on 2026-05-06, before it begins"),
    "half a window": (_with("2026-04-23,,0,0100,,1,1"), "line 2 has one end of a time window only"),
    "no clock": (_with("2026-04-23,,0,0175,0300,1,1"), "line 2: utc_start is 175: not a clock time"),
    "no tier": (_with("2026-04-23,,-5,,,1,1"), "line 2: tier_min_tokens"),
    "no moment": (GOOD.replace("2026-01-01T00:00:00Z", "2026-01-01"), "line 2, column known_at is '2026-01-01'"),
    "cells": (_with("2026-04-23,2026-05-06,0,,,0.14"), "line 2: 9 cells under 10 columns"),
    "no name": (GOOD.replace(",deepseek-v4-flash,2026-04-23", ",,2026-04-23"), "line 2"),
}


@pytest.mark.parametrize("fault", BAD)
def test_a_bad_book_is_refused_saying_where(fault: str) -> None:
    text, reason = BAD[fault]
    with pytest.raises(PayloadRefused, match=f"^{ID}: ") as refused:
        parsed(page(text))
    assert reason in str(refused.value)


@pytest.mark.parametrize("fault", BAD_ROWS)
def test_a_bad_row_of_a_book_is_put_aside_saying_where(fault: str) -> None:
    text, reason = BAD_ROWS[fault]
    found = parse(fetch_of(ID, page(text)))
    assert reason in " ".join(found.rejected)
    assert len(found.rejected) == 1
    assert len(found.events) == len(parsed()) - 1


def test_a_book_in_which_all_is_free_or_nothing_is_known_yet_is_refused() -> None:
    free = "\n".join(line.rsplit(",", 2)[0] + ",0,0" for line in GOOD.splitlines()[1:])
    later = GOOD.replace("2026-", "2027-")
    for text, reason in ((f"{GOOD.splitlines()[0]}\n{free}\n", "no price above 0"), (later, "no row is known at")):
        with pytest.raises(PayloadRefused, match=reason):
            parsed(page(text))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (page("<html>", "text/html"), "the content type is 'text/html'"),
        (page('{"prices": []}', "application/json"), "no price above 0"),
        (page('{"rows": []}', "application/json"), "the book has no 'prices'"),
        (page('{"prices": [{"provider": "a"}]}', "application/json"), "prices[0] has no 'model'"),
    ],
)
def test_what_is_no_book_is_refused(answer: Page, reason: str) -> None:
    with pytest.raises(PayloadRefused) as refused:
        parsed(answer)
    assert reason in str(refused.value)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_a_book_or_refused(text: str) -> None:
    with contextlib.suppress(PayloadRefused):
        parsed(page(f"{GOOD.splitlines()[0]}\n{text}"))


# The installed package.


def test_the_installed_book_is_read_whole_and_without_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def dial(*_: object) -> None:
        raise AssertionError("the book lies here")

    monkeypatch.setattr("socket.socket.connect", dial)
    (answer,) = SOURCE.fetch(InstalledBook(), WINDOW)
    events = parsed(answer)
    assert len({event.event_id for event in events}) == len(json.loads(answer.body)["prices"]) == len(events) > 1_500
    assert answer.url.startswith("genai-prices==")
    keys = {(e.provider, e.model_id, e.valid_from, e.tier_min_tokens, e.utc_start) for e in events}
    assert len(keys) == len(events)


def _base(model: types.ModelInfo, at: datetime, side: str) -> Decimal | None:
    """What the package itself charges for a short prompt, time-of-day prices left out."""
    prices = model.prices if isinstance(model.prices, list) else [types.ConditionalPrice(prices=model.prices)]
    dated = [p for p in prices if not isinstance(p.constraint, types.TimeOfDateConstraint)]
    plain = types.ModelInfo(id=model.id, match=model.match, prices=dated)
    price = getattr(plain.get_prices(at), f"{side}_mtok")
    return price.base if isinstance(price, types.TieredPrices) else price


def _listed(entries: list[dict[str, str]], day: date, side: str) -> Decimal | None:
    """The one entry of the base tier that holds on a day, at no particular time."""
    (found,) = [
        entry
        for entry in entries
        if entry["tier_min_tokens"] == "0" and not entry["utc_start"]
        and (entry["valid_from"] or "0") <= day.isoformat() < (entry["valid_to"] or "9")
    ]  # fmt: skip
    return Decimal(found[f"{side}_usd_per_million"]) if found[f"{side}_usd_per_million"] else None


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_every_model_costs_what_the_package_itself_charges_that_day(day: date) -> None:
    at, compared = datetime.combine(day, NOON), 0
    for provider in providers:
        entries = list(list_entries(provider))
        for model in provider.models:
            own = [entry for entry in entries if entry["model"] == model.id]
            for side in ("input", "output") if own else ():
                assert _listed(own, day, side) == _base(model, at, side), (provider.id, model.id, side)
                compared += 1
    assert compared > 2_500


def test_tiers_begin_where_the_package_says_and_the_base_is_never_the_dearest() -> None:
    (google,) = [provider for provider in providers if provider.id == "google"]
    pro = [entry for entry in list_entries(google) if entry["model"] == "gemini-3-pro-preview"]
    tiers: Callable[[str], list[str]] = lambda name: [entry[name] for entry in pro][:2]  # noqa: E731
    assert (tiers("tier_min_tokens"), tiers("input_usd_per_million")) == (["0", "200000"], ["2", "4"])
