"""What the rankings source believes of an answer, and what it refuses whole."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sources.openrouter_rankings import FIRST_DAY, fetch, parse, plan_calls
from tests.sources.payloads import FIXTURES, WINDOW, fetch_of
from tokenshare.errors import PayloadRefused
from tokenshare.events import UsageObserved
from tokenshare.fields import LARGEST_COUNT
from tokenshare.sources import Fetch, Page, Parsed, Window

ID = "openrouter_rankings"
GOOD: dict[str, Any] = json.loads((FIXTURES / ID / "payload.json").read_bytes())


def answer(rows: list[dict[str, Any]], start: str = "2026-05-10", end: str = "2026-05-11", **more: Any) -> Page:
    meta = {"as_of": "2026-05-12T02:00:00.000Z", "version": "v1", "start_date": start, "end_date": end}
    body = json.dumps({"data": rows, "meta": meta | more.pop("meta", {}), **more})
    return Page("https://upstream.example/", body.encode(), "application/json")


def row(day: str, tokens: Any = "1", model: str = "alpha/one", **more: Any) -> dict[str, Any]:
    return {"date": day, "model_permaslug": model, "total_tokens": tokens, **more}


def usage(parsed: Parsed) -> list[tuple[date, str, int]]:
    events = (event for event in parsed.events if isinstance(event, UsageObserved))
    return [(event.usage_date, event.model_permaslug, event.tokens) for event in events]


def test_every_row_becomes_an_event() -> None:
    parsed = parse(fetch_of(ID))
    told = [(date.fromisoformat(r["date"]), r["model_permaslug"], int(r["total_tokens"])) for r in GOOD["data"]]
    assert usage(parsed) == told
    assert parsed.as_of == datetime(2026, 5, 12, 2, tzinfo=UTC)
    assert (parsed.start_date, parsed.end_date) == (WINDOW.start, WINDOW.end)
    assert not parsed.unknown_fields


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_always_refused(body: bytes) -> None:
    with pytest.raises(PayloadRefused):
        parse(fetch_of(ID, Page("", body, "application/json")))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["date", "model_permaslug", "total_tokens", "extra", "row", "meta"]), JUNK)
def test_any_value_anywhere_is_either_read_or_refused(place: str, junk: Any) -> None:
    rows = [row("2026-05-10") | ({place: junk} if place not in ("row", "meta") else {})]
    page = answer([junk] if place == "row" else rows, meta={"as_of": junk} if place == "meta" else {})
    try:
        events = parse(fetch_of(ID, page)).events
    except PayloadRefused:
        return
    assert all(isinstance(event, UsageObserved) and 0 <= event.tokens <= LARGEST_COUNT for event in events)


@pytest.mark.threat("S7", "X21")
def test_a_hostile_field_name_does_not_reach_a_terminal() -> None:
    parsed = parse(fetch_of(ID, answer([row("2026-05-10") | {"\x1b[2J\ud800" + "x" * 500: 1}])))
    (name,) = parsed.unknown_fields
    assert name.isprintable()
    assert len(name) < 120


def test_the_running_day_is_judged_and_never_said() -> None:
    window = replace(WINDOW, end=date(2026, 5, 12))
    rows = [row("2026-05-11"), row("2026-05-12")]
    parsed = parse(fetch_of(ID, answer(rows, end="2026-05-12"), window=window))
    assert [day for day, _, _ in usage(parsed)] == [date(2026, 5, 11)]
    assert parsed.end_date == date(2026, 5, 11)
    with pytest.raises(PayloadRefused, match="total_tokens is True"):
        parse(fetch_of(ID, answer([rows[0], row("2026-05-12", tokens=True)], end="2026-05-12"), window=window))


def test_an_answer_that_ends_early_is_not_complete_yet_and_never_another_day() -> None:
    """Asked before the upstream counts yesterday as complete, it resolves the end to the day before."""
    parsed = parse(fetch_of(ID, answer([row("2026-05-10")], end="2026-05-10")))
    assert parsed.remarks == ("not complete yet: days up to 2026-05-10",)
    assert (parsed.start_date, parsed.end_date) == (WINDOW.start, date(2026, 5, 10))
    for start, end in (("2026-05-10", "2026-05-12"), ("2026-05-10", "2026-05-09"), ("2026-05-09", "2026-05-11")):
        with pytest.raises(PayloadRefused, match="another day than asked"):
            parse(fetch_of(ID, answer([row("2026-05-10")], start, end)))
    with pytest.raises(PayloadRefused, match="data\\[1\\] is of 2026-05-11, another day"):
        parse(fetch_of(ID, answer([row("2026-05-10"), row("2026-05-11")], end="2026-05-10")))


def test_only_the_last_call_may_end_early() -> None:
    first, last = plan_calls(LONG)
    pages = [
        answer([row(f"{call.start}")], f"{call.start}", f"{call.end - timedelta(days=1)}") for call in (first, last)
    ]
    with pytest.raises(PayloadRefused, match="another day than asked"):
        parse(Fetch(ID, LONG, tuple(pages)))


def test_a_window_of_the_running_day_alone_has_no_days() -> None:
    today = WINDOW.observed_at.date()
    page = answer([], start=f"{today}", end=f"{today}")
    parsed = parse(fetch_of(ID, page, window=replace(WINDOW, start=today, end=today)))
    assert (parsed.events, parsed.start_date, parsed.end_date) == ((), None, None)


LONG = Window(date(2020, 1, 1), date(2026, 5, 11), WINDOW.observed_at)


@settings(max_examples=100, deadline=None)
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 2000))
def test_calls_cover_the_window_without_gap_overlap_or_excess(start: date, days: int) -> None:
    window = Window(start, start + timedelta(days=days), WINDOW.observed_at)
    calls = plan_calls(window)
    asked = [call.start + timedelta(days=n) for call in calls for n in range((call.end - call.start).days + 1)]
    wanted = (window.start + timedelta(days=n) for n in range(days + 1))
    assert asked == [day for day in wanted if day >= FIRST_DAY]
    assert all((call.end - call.start).days + 1 <= 366 for call in calls)


class Silent:
    """A session that answers every call with the days asked for, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str] | None, bool]] = []

    def get(self, path: str, params: dict[str, str] | None = None, *, with_key: bool = False) -> Page:
        self.asked.append((path, params, with_key))
        assert params is not None
        return answer([row(params["end_date"])], params["start_date"], params["end_date"])


def test_a_long_window_is_asked_in_calls_that_carry_the_key() -> None:
    session = Silent()
    pages = tuple(fetch(session, LONG))
    assert [path for path, _, _ in session.asked] == ["datasets/rankings-daily"] * 2
    assert all(with_key for _, _, with_key in session.asked)
    parsed = parse(Fetch(ID, LONG, pages))
    assert (parsed.start_date, parsed.end_date, len(parsed.events)) == (FIRST_DAY, LONG.end, 2)


def _paged(window: Window, *rows_of_calls: list[dict[str, Any]]) -> Iterator[Page]:
    for call, rows in zip(plan_calls(window), rows_of_calls, strict=True):
        yield answer(rows, f"{call.start}", f"{call.end}")


def test_a_call_without_rows_between_two_that_have_some_refuses_the_fetch() -> None:
    window = Window(FIRST_DAY, date(2027, 2, 1), datetime(2027, 2, 2, 3, tzinfo=UTC))
    old, middle, new = [row("2025-01-20")], [row("2025-06-01")], [row("2027-02-01")]
    assert len(parse(fetch_of(ID, *_paged(window, [], middle, new), window=window)).events) == 2
    with pytest.raises(PayloadRefused, match="data is empty"):
        parse(fetch_of(ID, *_paged(window, old, [], new), window=window))


@pytest.mark.threat("X14")
def test_nesting_is_refused_at_every_depth_on_both_sides_of_the_readers_limit() -> None:
    template = answer([row("2026-05-10", tokens="@")]).body.decode()
    for depth in range(700, 1000):
        body = template.replace('"@"', "[" * depth + "]" * depth).encode()
        with pytest.raises(PayloadRefused):
            parse(fetch_of(ID, Page("", body, "application/json")))
