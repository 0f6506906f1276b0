"""Quoted claims: a curated file, the article's figures first; readers add theirs in a file of their own."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from connectors.sources.payload import Object, identify, mind_type, observation, read_day, refusing, strangers
from tokenshare import claims
from tokenshare.errors import ContractViolation
from tokenshare.events import ClaimQuoted
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import CLAIM_QUOTED

PATH = "claims.csv"
COLUMNS = (
    *("claim_id", "quote", "value", "unit", "rounding", "about", "entity", "period_start", "period_end", "source"),
)
OPTIONAL = ("method", "window", "comparison")  # a claim that names none means the usual one
Cells = dict[str, str]


def fetch(session: Session, _: Window) -> Iterator[Page]:
    """The file, whole."""
    yield session.get(PATH)


@refusing
def parse(fetch: Fetch) -> Parsed:
    (page,) = fetch.pages
    rows = _read(page)
    told = observation(fetch)
    events: dict[str, ClaimQuoted] = {}
    for line, cells in rows:
        where = f"{PATH} line {line}"
        event = _claim(cells, where, told)
        if event.claim_id in events:
            raise ContractViolation(f"{where}, column claim_id: {event.claim_id!r} is there twice")
        events[event.claim_id] = event
    if not events:
        raise ContractViolation(f"{PATH}: no claim in it")
    known = frozenset((*COLUMNS, *OPTIONAL))
    return Parsed(tuple(events.values()), fetch.window.observed_at, unknown_fields=strangers(PATH, [rows[0][1]], known))


def _read(page: Page) -> list[tuple[int, Cells]]:
    """Lines with their numbers, cells as written."""
    mind_type(page, "CSV", {"text/csv"})
    try:
        reader = csv.DictReader(io.StringIO(page.body.decode("utf-8"), newline=""), strict=True)
        header = list(reader.fieldnames or ())
        for name in COLUMNS:
            if header.count(name) != 1:
                raise ContractViolation(f"{PATH} line 1: column {name} is there {header.count(name)} times, not once")
        rows = [(reader.line_num, cells) for cells in reader]
    except UnicodeDecodeError as error:
        raise ContractViolation(f"{PATH}: not UTF-8 at byte {error.start}") from error
    except csv.Error as error:
        raise ContractViolation(f"{PATH} line {reader.line_num}: {error}") from error
    for line, cells in rows:
        if None in cells or None in cells.values():
            raise ContractViolation(f"{PATH} line {line}: not as many cells as the header has")
    return rows


def _claim(cells: Cells, where: str, told: Object) -> ClaimQuoted:
    """The claim a row makes, with what it leaves to be understood filled in."""
    about = _about(cells["about"], f"{where}, column about")
    start, end = (read_day(cells[name], f"{where}, column {name}") for name in ("period_start", "period_end"))
    if end < start:
        raise ContractViolation(f"{where}, column period_end: {end} is before period_start")
    understood = {
        "method": cells.get("method") or about.methods[0],
        "window": cells.get("window") or claims.usual_window(about, (end - start).days + 1),
        "comparison": cells.get("comparison") or "about",
    }
    stated = {name: cells[name] for name in COLUMNS} | understood | {"period_start": start, "period_end": end}
    event = identify(ClaimQuoted, where, **told, **stated)
    _mind_fit(event, about, where)
    return event


def _mind_fit(event: ClaimQuoted, about: claims.About, where: str) -> None:
    """Raises ContractViolation where the parts of a claim do not fit each other."""
    if event.unit != about.unit:
        raise ContractViolation(f"{where}, column unit: {event.unit!r}, but {about.name} is told in {about.unit}")
    if Decimal(event.rounding) <= 0:
        raise ContractViolation(f"{where}, column rounding: {event.rounding} is no step to round to")
    fit = claims.objections(about, value=Decimal(event.value), entity=event.entity, method=event.method)
    for column, wrong in fit:
        raise ContractViolation(f"{where}, column {column}: {wrong}")


def _about(name: str, where: str) -> claims.About:
    try:
        return claims.find_about(name)
    except ContractViolation as error:
        raise ContractViolation(f"{where}: {error}") from error


SOURCE = Source(
    id="claims",
    title="Claims: numbers that somebody quoted",
    emits=(CLAIM_QUOTED,),
    cadence=timedelta(days=1),
    needs_key=False,
    licence="Facts; the quotes are in our own words",
    citation="Claims curated by the project or by you, as of {as_of}; each names its source.",
    terms="A file that the project ships; a `claims.csv` in your own folder of curated files, or in a world, is read "
    "instead of it. Columns method, window and comparison may be left out or empty: the usual ones are meant.",
    traps="A number is held against what it is about and nothing else: a share of all tokens is no share of those "
    "whose origin is known. `rounding` is the step it is quoted in, not a tolerance.",
    world_file="claims.csv",
    fetch=fetch,
    parse=parse,
    upstream="curated",
    ships=True,
)
