"""The Data API's datasets: the calls for a span of days, and the checks of every answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from connectors.sources.payload import (
    Object,
    check_version,
    read_document,
    require_field,
    require_type,
    unknown_fields,
)
from tokenshare.codec import read_day, read_moment
from tokenshare.errors import ContractViolation
from tokenshare.sources import Fetch, Page

PATH = "datasets/rankings-daily"
FIRST_DAY = date(2025, 1, 1)  # earlier starts are clamped upstream without an error
LONGEST_CALL = timedelta(days=366)
DAY = timedelta(days=1)

DOCUMENT = frozenset({"data", "meta"})
META = frozenset({"as_of", "version", "start_date", "end_date"})
ROW = frozenset({"date", "model_permaslug", "total_tokens"})


@dataclass(frozen=True)
class Call:
    """The days of one request, both inclusive."""

    start: date
    end: date


@dataclass(frozen=True)
class Answer:
    """One page, read: its call, its rows as received, and the moment they describe."""

    call: Call
    rows: list[Object]
    as_of: datetime
    unknown_fields: frozenset[str]


def plan(start: date, end: date, longest: timedelta) -> tuple[Call, ...]:
    """The requests for the days, oldest first; none for an empty span.

    Counted back from the end, so that only the oldest call can be short. Every later call spans `longest` and must
    have rows, as `check_silence` requires.
    """
    calls: list[Call] = []
    while end >= start:
        first = max(start, end - longest + DAY)
        calls.append(Call(first, end))
        end = first - DAY
    return tuple(reversed(calls))


def read_answers(fetch: Fetch, calls: Sequence[Call]) -> list[Answer]:
    """The pages of a fetch, each as the answer to its call."""
    if len(fetch.pages) != len(calls) or not calls:
        raise ContractViolation(f"{len(fetch.pages)} pages for {len(calls)} calls")
    return [_read(page, call) for page, call in zip(fetch.pages, calls, strict=True)]


def check_silence(answers: Sequence[Answer], period: str) -> None:
    """Refuse a call without rows after a call with rows. Only the oldest days may be unknown upstream."""
    served = [bool(answer.rows) for answer in answers]
    if not served[-1] or served != sorted(served):
        raise ContractViolation(f"data is empty for {period} that are over")


def read_tokens(row: Object, where: str) -> object:
    """The count of a row, as received."""
    if "total_tokens" not in row:
        raise ContractViolation(f"{where} has no 'total_tokens': removed or renamed")
    return row["total_tokens"]


def _read(page: Page, call: Call) -> Answer:
    document = read_document(page)
    meta = require_field(document, "meta", dict, "the document")
    check_version(require_field(meta, "version", str, "meta"), "v1", "meta.version")
    answered = Call(
        *(read_day(require_field(meta, name, str, "meta"), f"meta.{name}") for name in ("start_date", "end_date"))
    )
    if answered != call:
        raise ContractViolation(
            f"a payload of another day than asked: {answered.start} to {answered.end}, not {call.start} to {call.end}"
        )
    rows = [require_type(row, dict, "a row of data") for row in require_field(document, "data", list, "the document")]
    unknown = unknown_fields("document", [document], DOCUMENT) | unknown_fields("meta", [meta], META)
    as_of = read_moment(require_field(meta, "as_of", str, "meta"), "meta.as_of")
    return Answer(call, rows, as_of, unknown | unknown_fields("data[]", rows, ROW))
