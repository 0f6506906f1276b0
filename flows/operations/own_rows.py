"""`claims add` and `disclosures add`: one row more in a file of the user, read by its source before it is written."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.sources import claims, disclosures
from connectors.sources.files import MOST_BYTES, OWN_PREFIX, SHIPPED, SHIPPED_PREFIX
from connectors.storage.home import Home, atomic_files
from flows.queries.check import Question, read_number, read_question
from flows.queries.entities import require_known_entity
from flows.queries.periods import read_period
from flows.settings import Settings, name_of
from tokenshare.errors import ContractViolation, PayloadRefused, UsageError
from tokenshare.folder_files import has_file, read_file
from tokenshare.known_rows import Cells, Table, append_row, read_lines
from tokenshare.sources import Fetch, Page, Parsed, Source, Window

_NO_ID = re.compile(r"[^a-z0-9_.-]+")
NEXT = "run `tokenshare refresh` to publish it"


@dataclass(frozen=True)
class ClaimRequest:
    """A claim as typed; what is left empty is the usual one."""

    value: str
    about: str
    quote: str
    source: str
    entity: str = ""
    period: str | None = None
    rounding: str | None = None
    method: str | None = None
    window: str = ""
    comparison: str = ""
    id: str = ""


@dataclass(frozen=True)
class DisclosureRequest:
    """A disclosed figure as typed: one `value`, or a range whose `low` or `high` may be open."""

    fact_id: str
    company_id: str
    unit: str
    citation: str
    day: date
    known_at: datetime
    value: str = ""
    low: str = ""
    high: str = ""
    period: str | None = None
    currency: str = ""
    own_usd: str = ""
    confidence: str = "reported"


def own_folder(settings: Settings) -> Path:
    """The folder of the user's rows. Raises UsageError if none is set."""
    if settings.curated is None:
        raise UsageError("there is no folder for your rows", f"set {name_of('curated')} to an existing folder")
    return settings.curated


def write_row(folder: Path, file: str, body: bytes, row: Cells) -> dict[str, Any]:
    """Write a file of the user with the row in it, and return the file and the cells of the row that are not empty."""
    atomic_files.write(folder / file, body)
    return {"file": str(folder / file), "row": {name: value for name, value in row.items() if value}}


def add_claim(settings: Settings, request: ClaimRequest, now: datetime) -> dict[str, Any]:
    """Add a claim. Raises UsageError, naming column and fix, unless its source takes it as it stands."""
    for option, text in (("--quote", request.quote), ("--source", request.source), ("--period", request.period)):
        if not (text or "").strip():
            raise UsageError(f"a claim needs {option}", f"add {option}; `tokenshare claims add --help` has an example")
    asked = read_question(
        request.value, request.about, request.entity, request.period, request.rounding, request.method
    )
    home = Home(settings.home)
    if request.entity and home.published_file.exists():
        require_known_entity(home, request.about, request.entity)
    return _add(own_folder(settings), claims.SOURCE, claims.WIDEST, _claim_row(request, asked), now)


def _claim_row(request: ClaimRequest, asked: Question) -> Cells:
    """The cells of a claim; without an id it is named after its subject, first day and value."""
    value, (start, end) = _plain(asked.value), asked.period
    name = "-".join(filter(None, (request.about, request.entity, f"{start}", value.lstrip("-"))))
    return {
        "claim_id": request.id or _NO_ID.sub("-", name.lower()),
        "quote": request.quote.strip(),
        "value": value,
        "unit": asked.about.unit,
        "rounding": _plain(asked.rounding),
        "about": request.about,
        "entity": request.entity,
        "period_start": f"{start}",
        "period_end": f"{end}",
        "source": request.source.strip(),
        "method": request.method or "",
        "window": request.window,
        "comparison": request.comparison,
    }


def add_disclosure(settings: Settings, request: DisclosureRequest, now: datetime) -> dict[str, Any]:
    """Add a disclosed figure. Raises UsageError, naming column and fix, unless its source takes it as it stands."""
    if request.value and (request.low or request.high):
        raise UsageError("a single figure has no range", "give --value, or --low and --high; leave an open end out")
    if not (request.value or request.low or request.high):
        raise UsageError("there is no figure", "give --value, or --low and --high; leave an open end out")
    if not request.citation.strip():
        raise UsageError("a figure needs a citation", "add --citation TEXT, where a reader can look it up")
    if request.known_at > now:
        raise UsageError("--known-at lies in the future", "give the moment from which it was known, or leave it out")
    return _add(own_folder(settings), disclosures.SOURCE, disclosures.TABLE, _figure_row(request), now)


def _figure_row(request: DisclosureRequest) -> Cells:
    """The cells of a figure: an amount over a period is a flow, any other a stock."""
    counted = request.unit.partition("/")[0]
    low, high = (_amount(request.value or end, request.unit) for end in (request.low, request.high))
    start, end = read_period(request.period) if request.period else ("", "")
    return {
        "known_at": f"{request.known_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "fact_id": request.fact_id,
        "company_id": request.company_id,
        "fact_date": f"{request.day}",
        "period_start": f"{start}",
        "period_end": f"{end}",
        "kind": "flow" if request.period else "stock",
        "low": low,
        "high": high,
        "unit": request.unit,
        "currency": request.currency or (counted if counted in disclosures.CURRENCIES else ""),
        "own_usd": request.own_usd,
        "confidence": request.confidence,
        "citation": request.citation.strip(),
    }


def _add(folder: Path, source: Source, table: Table, row: Cells, now: datetime) -> dict[str, Any]:
    """Write the row, if the source reads it beside the others and it changes what the source states."""
    body = _read_own(folder, table.file)
    shipped = read_file(SHIPPED, table.file)
    _require_new(body, table, row)
    try:
        grown = append_row(body, OWN_PREFIX + table.file, table.columns, row)
        before, after = _parse(source, table, body, shipped, now), _parse(source, table, grown, shipped, now)
    except (ContractViolation, PayloadRefused) as problem:
        raise UsageError(str(problem), f"nothing was written; correct your {table.file} first") from None
    refused = [reason for reason in after.rejected if reason not in before.rejected]
    if refused:
        place, _, said = refused[0].partition(", column ")
        raise UsageError(
            f"column {said}" if said else place, "nothing was written; correct that column, and add it again"
        )
    if _ids(before) == _ids(after):
        raise UsageError("it would change nothing: a row of its key stands as it is, or is known later", "leave it")
    added = write_row(folder, table.file, grown, row)
    keys = {found.key(table) for found in read_lines(shipped, table.file, table.key).rows}
    then = f"it replaces the shipped row of its key; {NEXT}" if tuple(row[name] for name in table.key) in keys else NEXT
    return {"added": [added], "then": then}


def _read_own(folder: Path, file: str) -> bytes:
    try:
        return read_file(folder, file, MOST_BYTES) if has_file(folder, file) else b""
    except OSError as error:
        raise UsageError(f"{file} of {folder} cannot be read ({error.strerror})", "correct it") from error


def _require_new(body: bytes, table: Table, row: Cells) -> None:
    """Raise UsageError if the file has a row of this key, known at the same moment."""
    named = [name for name in ("known_at", *table.key) if name in table.columns]
    try:
        rows = read_lines(body, OWN_PREFIX + table.file, named).rows if body.strip() else []
    except ContractViolation as problem:
        raise UsageError(str(problem), f"nothing was written; correct your {table.file} first") from None
    for found in rows:
        if all(found.cells[name] == row[name] for name in named):
            key = " ".join(row[name] for name in table.key)
            raise UsageError(f"{found.place}: {key} stands there already", "change that line, or name another")


def _parse(source: Source, table: Table, own: bytes, shipped: bytes, now: datetime) -> Parsed:
    """The source's reading of the shipped file, with the user's own file before it if there is one."""
    pages = [(OWN_PREFIX, own)] if own.strip() else []
    made = tuple(Page(prefix + table.file, body, "text/csv") for prefix, body in [*pages, (SHIPPED_PREFIX, shipped)])
    return source.parse(Fetch(source.id, Window(now.date(), now.date(), now), made))


def _ids(parsed: Parsed) -> frozenset[str]:
    return frozenset(event.event_id for event in parsed.events)


def _amount(text: str, unit: str) -> str:
    """An amount without blanks; a percentage is a part of one, if the unit is a ratio."""
    if not text:
        return ""
    if "%" in text and unit != "ratio":
        raise UsageError(
            f"{text!r} is a percentage, but the unit is {unit}", "write --unit ratio, or the number itself"
        )
    return _plain(read_number(text, "the amount"))


def _plain(number: Decimal) -> str:
    return f"{number:f}"
