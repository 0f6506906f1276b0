"""Daily token usage by model, from OpenRouter's Data API (needs a key)."""

from collections.abc import Iterator
from datetime import timedelta

from connectors.sources.datasets import (
    DAY,
    FIRST_DAY,
    LONGEST_CALL,
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
from tokenshare.events import UsageObserved
from tokenshare.parties import Parties
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import USAGE_OBSERVED


def plan_calls(window: Window) -> tuple[Call, ...]:
    """The requests for a window."""
    return plan(max(window.start, FIRST_DAY), window.end, LONGEST_CALL)


def fetch(session: Session, window: Window) -> Iterator[Page]:
    for call in plan_calls(window):
        days = {"start_date": call.start.isoformat(), "end_date": call.end.isoformat()}
        yield session.get(PATH, days, with_key=True)


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    calls = plan_calls(fetch.window)
    answers = read_answers(fetch, calls)
    yesterday = fetch.window.observed_at.date() - DAY
    last = min(answers[-1].call.end, yesterday)
    if calls[-1].start <= yesterday:
        check_silence(answers, "days")
    envelope = envelope_of(fetch)
    events = [event for answer in answers for event in _events(answer, envelope)]
    return Parsed(
        # A current day, if served, is checked like the others, but is not a final number yet.
        events=tuple(event for event in events if event.usage_date <= yesterday),
        as_of=min(answer.as_of for answer in answers),
        start_date=calls[0].start if calls[0].start <= yesterday else None,
        end_date=last if calls[0].start <= yesterday else None,
        remarks=remarks(last, min(calls[-1].end, yesterday)),
        unknown_fields=frozenset().union(*(answer.unknown_fields for answer in answers)),
    )


def _events(answer: Answer, envelope: Object) -> Iterator[UsageObserved]:
    call = answer.call
    for number, row in enumerate(answer.rows):
        where = f"data[{number}]"
        day = read_day(require_field(row, "date", str, where), f"{where}.date")
        if not call.start <= day <= call.end:
            raise ContractViolation(f"{where} is of {day}, another day than asked: {call.start} to {call.end}")
        tokens = read_tokens(row, where)
        yield build_event(
            UsageObserved,
            where,
            **envelope,
            usage_date=day,
            model_permaslug=require_field(row, "model_permaslug", str, where),
            tokens=read_count(tokens, f"{where}.total_tokens"),
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
    homepage="https://openrouter.ai/rankings",
    citation="Source: OpenRouter (openrouter.ai/rankings), as of {as_of}.",
    terms="Any OpenRouter key, even a free one. 30 requests a minute per key and 500 a day per account, shared "
    "by all Data API paths. Do not serve it again as a competing free API. Figures may be restated: keep "
    "`meta`.",
    traps="total_tokens is a decimal string. Fifty named models and `other` a day: a model outside them is "
    "unknown, not zero. Variants such as :free have their own rows. Private and zero-retention traffic is "
    "excluded. `meta.end_date` is resolved to the newest complete day: before about 02:00 yesterday is not served. A "
    "start before 2025-01-01 is clamped without an error. Days months ago are restated: every pass reads all of them, "
    "in a call a year.",
    world_file="rankings_daily.csv",
    fetch=fetch,
    has_days=True,
    parties=Parties(ours=("share_of_daily_tokens",)),
    parse=parse,
)
