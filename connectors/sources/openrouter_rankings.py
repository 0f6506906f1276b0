"""Token usage a day and model, from OpenRouter's Data API (needs a key)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connectors.sources.payload import (
    Object,
    identify,
    mind_version,
    observation,
    of_kind,
    read_day,
    read_document,
    read_moment,
    refusing,
    strangers,
    take,
)
from tokenshare.codec import read_count
from tokenshare.errors import ContractViolation
from tokenshare.events import UsageObserved
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import USAGE_OBSERVED

PATH = "datasets/rankings-daily"
FIRST_DAY = date(2025, 1, 1)  # earlier starts are clamped upstream without an error
LONGEST_CALL = timedelta(days=366)
DAY = timedelta(days=1)

DOCUMENT = frozenset({"data", "meta"})
META = frozenset({"as_of", "version", "start_date", "end_date"})
ROW = frozenset({"date", "model_permaslug", "total_tokens"})


@dataclass(frozen=True)
class Call:
    """The days one request asks for, both inclusive."""

    start: date
    end: date


@dataclass(frozen=True)
class Answer:
    """One page, read: what it answers, its rows as they came, the moment it speaks for."""

    call: Call
    rows: list[Object]
    as_of: datetime
    unknown_fields: frozenset[str]


def plan_calls(window: Window) -> tuple[Call, ...]:
    """The requests that cover a window, oldest first and none without days.

    Counted back from the end, so that the short one lies in the past: a call without rows is then telling.
    """
    calls: list[Call] = []
    end = window.end
    while end >= max(window.start, FIRST_DAY):
        start = max(window.start, FIRST_DAY, end - LONGEST_CALL + DAY)
        calls.append(Call(start, end))
        end = start - DAY
    return tuple(reversed(calls))


def fetch(session: Session, window: Window) -> Iterator[Page]:
    for call in plan_calls(window):
        asked = {"start_date": call.start.isoformat(), "end_date": call.end.isoformat()}
        yield session.get(PATH, asked, with_key=True)


@refusing
def parse(fetch: Fetch) -> Parsed:
    calls = plan_calls(fetch.window)
    if len(fetch.pages) != len(calls) or not calls:
        raise ContractViolation(f"{len(fetch.pages)} pages for {len(calls)} calls")
    answers = [_read(page, call) for page, call in zip(fetch.pages, calls, strict=True)]
    yesterday = fetch.window.observed_at.date() - DAY
    if calls[-1].start <= yesterday:
        _mind_silence(answers)
    told = observation(fetch)
    events = [event for answer in answers for event in _say(answer, told)]
    return Parsed(
        # The running day is live upstream: judged like the others, but not a number yet.
        events=tuple(event for event in events if event.usage_date <= yesterday),
        as_of=min(answer.as_of for answer in answers),
        start_date=calls[0].start if calls[0].start <= yesterday else None,
        end_date=min(calls[-1].end, yesterday) if calls[0].start <= yesterday else None,
        unknown_fields=frozenset().union(*(answer.unknown_fields for answer in answers)),
    )


def _read(page: Page, call: Call) -> Answer:
    document = read_document(page)
    meta = take(document, "meta", dict, "the document")
    mind_version(take(meta, "version", str, "meta"), "v1", "meta.version")
    told = Call(*(read_day(take(meta, name, str, "meta"), f"meta.{name}") for name in ("start_date", "end_date")))
    if told != call:
        raise ContractViolation(
            f"a payload of another day than asked: {told.start} to {told.end}, not {call.start} to {call.end}"
        )
    rows = [of_kind(row, dict, "a row of data") for row in take(document, "data", list, "the document")]
    unknown = strangers("document", [document], DOCUMENT) | strangers("meta", [meta], META)
    as_of = read_moment(take(meta, "as_of", str, "meta"), "meta.as_of")
    return Answer(call, rows, as_of, unknown | strangers("data[]", rows, ROW))


def _mind_silence(answers: Sequence[Answer]) -> None:
    """The upstream may know nothing of old days; once it knows some, a later call without rows is a fault."""
    served = [bool(answer.rows) for answer in answers]
    if not served[-1] or served != sorted(served):
        raise ContractViolation("data is empty for days that are over")


def _say(answer: Answer, told: Object) -> Iterator[UsageObserved]:
    call = answer.call
    for number, row in enumerate(answer.rows):
        where = f"data[{number}]"
        day = read_day(take(row, "date", str, where), f"{where}.date")
        if not call.start <= day <= call.end:
            raise ContractViolation(f"{where} is of {day}, another day than asked: {call.start} to {call.end}")
        if "total_tokens" not in row:
            raise ContractViolation(f"{where} has no 'total_tokens': removed or renamed")
        yield identify(
            UsageObserved,
            where,
            **told,
            usage_date=day,
            model_permaslug=take(row, "model_permaslug", str, where),
            tokens=read_count(row["total_tokens"], f"{where}.total_tokens"),
            as_of=answer.as_of,
        )


SOURCE = Source(
    id="openrouter_rankings",
    title="OpenRouter: tokens a day of the fifty most used models (Data API)",
    emits=(USAGE_OBSERVED,),
    cadence=timedelta(days=1),
    due="10 2 * * *",  # a day is complete at 02:00
    needs_key=True,
    licence="CC BY 4.0",
    citation="Source: OpenRouter (openrouter.ai/rankings), as of {as_of}.",
    terms="Any OpenRouter key, a free one too. 30 requests a minute a key and 500 a day an account, shared "
    "by all Data API paths. Not to be served again as a competing free API. Figures may be restated: keep "
    "`meta`.",
    traps="total_tokens is a decimal string. Fifty named models and `other` a day: a model outside them is "
    "unknown, not zero. Variants such as :free have rows of their own. Private and zero-retention traffic is "
    "excluded. The running day is live. A start before 2025-01-01 is clamped without an error.",
    world_file="rankings_daily.csv",
    fetch=fetch,
    parse=parse,
)
