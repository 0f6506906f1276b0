"""Which days of an answer are produced: those that are new, changed or gone; each of them whole."""

from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.sources import SOURCES
from flows.stages.news import News, select_news
from tokenshare.events import UsageObserved
from tokenshare.sources import Parsed

MOMENT = datetime(2026, 5, 12, 2, tzinfo=UTC)
TODAY = MOMENT.date()
FIRST, SECOND, THIRD = (date(2026, 5, day) for day in (9, 10, 11))
Rows = dict[date, dict[str, int]]
BEFORE: Rows = {FIRST: {"a/one": 1, "other": 9}, SECOND: {"a/one": 2, "other": 8}, THIRD: {"a/one": 3}}


def answered(rows: Rows, start: date | None = FIRST, end: date | None = THIRD, **more: tuple[str, ...]) -> Parsed:
    envelope = {"source_id": "openrouter_rankings", "observed_at": MOMENT, "fetch_id": "0" * 32, "as_of": MOMENT}
    events = tuple(
        UsageObserved.identified(**envelope, usage_date=day, model_permaslug=model, tokens=tokens)
        for day, models in rows.items()
        for model, tokens in models.items()
    )
    return Parsed(events, MOMENT, start, end, **more)


def select(rows: Rows, before: Rows | None = None, *, by_day: bool = True, again: bool = False) -> News | None:
    known = select_news(answered(before), {}, TODAY, by_day=True, is_repeated=False) if before else None
    return select_news(answered(rows), known.digests if known else {}, TODAY, by_day=by_day, is_repeated=again)


def stated(news: News | None) -> Rows:
    assert news
    rows: Rows = {day: {} for day in news.days or ()}
    for event in news.events:
        assert isinstance(event, UsageObserved)
        rows.setdefault(event.usage_date, {})[event.model_permaslug] = event.tokens
    return rows


def test_a_first_answer_is_whole_and_names_no_days() -> None:
    news = select(BEFORE)
    assert news
    assert (stated(news), news.days) == (BEFORE, None)


def test_the_same_again_is_no_news() -> None:
    assert select(BEFORE, BEFORE) is None


@pytest.mark.parametrize(
    ("day", "rows"),
    [
        (FIRST, {"a/one": 1, "other": 10}),
        (SECOND, {"b/two": 2, "other": 8}),
        (THIRD, {"a/one": 3, "b/two": 1}),
        (date(2026, 5, 8), {"other": 1}),
    ],
    ids=["a count", "one row for another", "a row more", "a new day"],
)
def test_only_the_day_that_differs_is_stated_and_whole(day: date, rows: dict[str, int]) -> None:
    news = select(BEFORE | {day: rows}, BEFORE)
    assert stated(news) == {day: rows}
    assert news
    assert news.digests.keys() == {f"{known}" for known in {*BEFORE, day}}


def test_a_day_that_is_gone_is_named_without_events() -> None:
    news = select({FIRST: BEFORE[FIRST], THIRD: BEFORE[THIRD]}, BEFORE)
    assert stated(news) == {SECOND: {}}
    assert news
    assert f"{SECOND}" not in news.digests


def test_a_day_outside_the_answer_is_not_gone() -> None:
    known = select_news(answered(BEFORE), {}, TODAY, by_day=True, is_repeated=False)
    assert known
    later = answered({THIRD: BEFORE[THIRD]}, THIRD)
    assert select_news(later, known.digests, TODAY, by_day=True, is_repeated=False) is None
    undated = answered({THIRD: BEFORE[THIRD]}, None, None)
    assert select_news(undated, known.digests, TODAY, by_day=True, is_repeated=False) is None


def test_days_asked_again_are_stated_even_if_nothing_in_them_is_new() -> None:
    assert stated(select(BEFORE, BEFORE, again=True)) == BEFORE
    first = select(BEFORE, again=True)
    assert first
    assert first.days == tuple(BEFORE), "days asked for by a person are never the whole of a source"


def test_a_source_of_the_present_states_its_whole_answer() -> None:
    news = select(BEFORE | {THIRD: {"a/one": 4}}, BEFORE, by_day=False)
    assert news
    assert (stated(news), news.days) == (BEFORE | {THIRD: {"a/one": 4}}, None)


def test_a_row_taken_back_in_so_many_words_is_news() -> None:
    known = select_news(answered(BEFORE), {}, TODAY, by_day=False, is_repeated=False)
    assert known
    again = answered(BEFORE, withdrawn=("a/one 2026-05-08",))
    assert select_news(again, known.digests, TODAY, by_day=False, is_repeated=False)


@pytest.mark.parametrize("source", [source for source in SOURCES if source.has_days], ids=lambda source: source.id)
def test_every_event_of_a_source_that_answers_for_the_past_is_of_a_day(source) -> None:  # type: ignore[no-untyped-def]
    assert all(topic.event.period for topic in source.emits)
    assert source.cadence <= timedelta(days=1)
