"""What the programming slice of the rankings must look like, and which weeks are asked for."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connectors.sources.openrouter_categories import FIRST_MONDAY, fetch, parse, plan_calls
from tests.sources.payloads import FIXTURES, WINDOW, fetch_of
from tokenshare.errors import PayloadRefused
from tokenshare.events import UsageCategoryObserved
from tokenshare.sources import Page, Window

ID = "openrouter_categories"
GOOD: dict[str, Any] = json.loads((FIXTURES / ID / "payload.json").read_bytes())


def answer(*rows: dict[str, Any], **meta: str) -> Page:
    body = json.dumps({"data": rows, "meta": GOOD["meta"] | meta})
    return Page("https://upstream.example/", body.encode(), "application/json")


def row(week: str = "2026-05-04", tokens: Any = "1000", model: str = "alpha/one", **more: Any) -> dict[str, Any]:
    return {"date": week, "model_permaslug": model, "total_tokens": tokens, **more}


def test_every_row_becomes_an_event() -> None:
    parsed = parse(fetch_of(ID))
    events = [event for event in parsed.events if isinstance(event, UsageCategoryObserved)]
    told = [(r["date"], r["model_permaslug"], int(r["total_tokens"])) for r in GOOD["data"]]
    assert [(f"{event.week_start_date}", event.model_permaslug, event.tokens) for event in events] == told
    assert {event.category for event in events} == {"programming"}
    assert (parsed.start_date, parsed.end_date) == (date(2026, 4, 27), date(2026, 5, 10))
    assert not parsed.unknown_fields


@pytest.mark.parametrize(
    ("page", "said"),
    [
        (answer(), "data is empty for weeks that are over"),
        (answer(row("2026-05-05")), "data[0].date is 2026-05-05, not a Monday"),
        (answer(row("2026-05-11")), "data[0] is of 2026-05-11, another week than asked"),
        (answer(row("2026-04-20")), "data[0] is of 2026-04-20, another week than asked"),
        (answer(row(tokens=1.5)), "data[0].total_tokens is 1.5: not a whole number"),
        (answer(row(tokens="-1")), "data[0].total_tokens is '-1': not a whole number"),
        (answer(row(model="")), "data[0]: model_permaslug"),
        (answer({"date": "2026-05-04", "model_permaslug": "a/b"}), "data[0] has no 'total_tokens'"),
        (answer(row(), start_date="2026-05-04"), "a payload of another day than asked: 2026-05-04 to 2026-05-10"),
        (answer(row(), version="v2"), "meta.version is 'v2'"),
        (Page("https://upstream.example/", b"<html>", "text/html"), "the content type is 'text/html', not JSON"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_input_is_refused_whole_and_says_why(page: Page, said: str) -> None:
    with pytest.raises(PayloadRefused) as refusal:
        parse(fetch_of(ID, page))
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("end", "weeks", "last"),
    [("2026-05-10", 2, date(2026, 5, 10)), ("2026-05-09", 1, date(2026, 5, 3)), ("2026-05-02", 0, None)],
)
def test_a_week_whose_end_is_not_served_yet_is_not_whole(end: str, weeks: int, last: date | None) -> None:
    """Early on a Monday the upstream resolves the end to a Saturday."""
    begun = [row(monday) for monday in ("2026-04-27", "2026-05-04") if monday <= end]
    parsed = parse(fetch_of(ID, answer(*begun, end_date=end)))
    assert len(parsed.events) == weeks
    assert parsed.end_date == last
    assert bool(parsed.remarks) == (weeks < 2)


def test_unknown_fields_are_reported() -> None:
    assert parse(fetch_of(ID, answer(row(sampled_prompts=7)))).unknown_fields == {"data[].sampled_prompts"}


@pytest.mark.parametrize("ahead", range(7))
def test_only_whole_weeks_that_are_over_are_asked_for(ahead: int) -> None:
    observed = datetime(2026, 5, 11, 2, tzinfo=UTC) + timedelta(days=ahead)
    window = Window(observed.date() - timedelta(days=8), observed.date() - timedelta(days=1), observed)
    calls = plan_calls(window)
    assert calls[-1].end == date(2026, 5, 10)
    assert calls[0].start <= window.start - timedelta(days=7), "a week that was taken back is asked for again"
    assert all((call.start.weekday(), call.end.weekday()) == (0, 6) for call in calls)


def test_the_first_fetch_asks_in_spans_that_are_allowed_and_leaves_no_week_out() -> None:
    observed = datetime(2026, 7, 1, 6, tzinfo=UTC)
    calls = plan_calls(Window(date(2025, 1, 1), date(2026, 6, 30), observed))
    assert calls[0].start == FIRST_MONDAY == date(2025, 1, 6)
    assert calls[-1].end == date(2026, 6, 28)
    assert all((call.end - call.start).days + 1 <= 366 for call in calls)
    assert [call.start for call in calls[1:]] == [call.end + timedelta(days=1) for call in calls[:-1]]


def test_the_slice_is_asked_for_as_documented() -> None:
    asked: list[tuple[str, dict[str, str] | None, bool]] = []

    class Session:
        def get(self, path: str, params: dict[str, str] | None = None, *, with_key: bool = False) -> Page:
            asked.append((path, params, with_key))
            return answer(row())

    pages = list(fetch(Session(), WINDOW))
    days = {"start_date": "2026-04-27", "end_date": "2026-05-10"}
    assert asked == [("datasets/rankings-daily", {"category": "programming", "period": "week", **days}, True)]
    assert len(pages) == 1
