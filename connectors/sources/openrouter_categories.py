"""Weekly token usage in programming by model, from OpenRouter's Data API (needs a key): sampled upstream."""

from collections.abc import Iterator
from datetime import date, timedelta

from connectors.sources.datasets import (
    DAY,
    FIRST_DAY,
    PATH,
    Answer,
    Call,
    check_silence,
    plan,
    read_answers,
    read_tokens,
    remarks,
)
from connectors.sources.payload import Object, build_event, envelope_of, refuses_payload, require_field
from tokenshare.codec import read_count, read_day
from tokenshare.errors import ContractViolation
from tokenshare.events import UsageCategoryObserved
from tokenshare.parties import Parties
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import USAGE_CATEGORY_OBSERVED

CATEGORY = "programming"
WEEK = timedelta(days=7)
LONGEST_CALL = timedelta(days=364)  # whole weeks within the limit of 366 days per call
FIRST_MONDAY = FIRST_DAY - FIRST_DAY.weekday() * DAY + WEEK  # the first week completely in the data


def plan_calls(window: Window) -> tuple[Call, ...]:
    """The requests for the complete, finished weeks of a window, and for the week before them.

    Part of a week is not a valid week, and a window of a few days may contain no whole one.
    """
    first = max(_monday(window.start) - WEEK, FIRST_MONDAY)
    return plan(first, _last_sunday(window.end), LONGEST_CALL)


def fetch(session: Session, window: Window) -> Iterator[Page]:
    for call in plan_calls(window):
        days = {"start_date": call.start.isoformat(), "end_date": call.end.isoformat()}
        yield session.get(PATH, {"category": CATEGORY, "period": "week", **days}, with_key=True)


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    calls = plan_calls(fetch.window)
    answers = read_answers(fetch, calls)
    last = _last_sunday(answers[-1].call.end)
    if calls[-1].start <= last:
        check_silence(answers, "weeks")
    envelope = envelope_of(fetch)
    events = [event for answer in answers for event in _events(answer, envelope)]
    return Parsed(
        events=tuple(event for event in events if event.week_start_date < last),
        as_of=min(answer.as_of for answer in answers),
        start_date=calls[0].start if calls[0].start <= last else None,
        end_date=last if calls[0].start <= last else None,
        remarks=remarks(last, calls[-1].end),
        unknown_fields=frozenset().union(*(answer.unknown_fields for answer in answers)),
    )


def _events(answer: Answer, envelope: Object) -> Iterator[UsageCategoryObserved]:
    call = answer.call
    for number, row in enumerate(answer.rows):
        where = f"data[{number}]"
        week = read_day(require_field(row, "date", str, where), f"{where}.date")
        if week != _monday(week):
            raise ContractViolation(f"{where}.date is {week}, not a Monday: not the weekly grain of the request")
        if not call.start <= week <= call.end:
            raise ContractViolation(f"{where} is of {week}, another week than asked: {call.start} to {call.end}")
        yield build_event(
            UsageCategoryObserved,
            where,
            **envelope,
            week_start_date=week,
            category=CATEGORY,
            model_permaslug=require_field(row, "model_permaslug", str, where),
            tokens=read_count(read_tokens(row, where), f"{where}.total_tokens"),
        )


def _monday(day: date) -> date:
    return day - day.weekday() * DAY


def _last_sunday(day: date) -> date:
    """The end of the newest week that is whole on that day."""
    return _monday(day + DAY) - DAY


SOURCE = Source(
    id="openrouter_categories",
    title="OpenRouter: tokens a week in programming, by model (Data API, sampled)",
    emits=(USAGE_CATEGORY_OBSERVED,),
    cadence=timedelta(days=1),
    needs_key=True,
    licence="CC BY 4.0",
    homepage="https://openrouter.ai/rankings",
    citation="Source: OpenRouter (openrouter.ai/rankings), as of {as_of}.",
    terms="Any OpenRouter key, even a free one. 30 requests a minute per key and 500 a day per account, shared "
    "by all Data API paths. Do not serve it again as a competing free API. Figures may be restated: keep "
    "`meta`.",
    traps="An estimate: prompts are sampled and classified upstream, and the counts scaled up. Weekly only, "
    "by the Monday of the ISO week. The newest week may include days past the requested end, so a week is read "
    "only after it is over. Fifty named models and `other` a week: a model outside them is unknown, not zero. "
    "total_tokens is a decimal string. `meta.end_date` is resolved to the newest complete day: early on a Monday the "
    "week before is not whole yet. Every pass reads all weeks, in a call a year.",
    world_file="rankings_category_weekly.csv",
    due="20 2 * * *",  # the week is sampled upstream, restated daily
    fetch=fetch,
    has_days=True,
    parties=Parties(ours=("category",)),
    parse=parse,
)
