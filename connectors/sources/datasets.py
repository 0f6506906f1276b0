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
    """One page, read: its rows as received, the moment they describe, and its call as answered.

    The upstream resolves the end of the last call to the newest day that it has complete.
    """

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
    answers = [_read(page) for page in fetch.pages]
    for answer, call in zip(answers, calls, strict=True):
        _check_days(answer.call, call, is_last=call is calls[-1])
    return answers


def remarks(answered: date, asked: date) -> tuple[str, ...]:
    """The remark on an answer that ends before the asked day; none if it reaches that day."""
    return (f"not complete yet: days up to {answered}",) if answered < asked else ()


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


def _check_days(answered: Call, asked: Call, *, is_last: bool) -> None:
    """Refuse an answer of other days. The last call alone may end early, at the newest complete day."""
    earliest_end = asked.start if is_last else asked.end
    if answered.start != asked.start or not earliest_end <= answered.end <= asked.end:
        raise ContractViolation(
            f"a payload of another day than asked: {answered.start} to {answered.end}, not {asked.start} to {asked.end}"
        )


def _read(page: Page) -> Answer:
    document = read_document(page)
    meta = require_field(document, "meta", dict, "the document")
    check_version(require_field(meta, "version", str, "meta"), "v1", "meta.version")
    answered = Call(
        *(read_day(require_field(meta, name, str, "meta"), f"meta.{name}") for name in ("start_date", "end_date"))
    )
    rows = [require_type(row, dict, "a row of data") for row in require_field(document, "data", list, "the document")]
    unknown = unknown_fields("document", [document], DOCUMENT) | unknown_fields("meta", [meta], META)
    as_of = read_moment(require_field(meta, "as_of", str, "meta"), "meta.as_of")
    return Answer(answered, rows, as_of, unknown | unknown_fields("data[]", rows, ROW))
