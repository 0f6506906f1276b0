"""Quoted claims: a curated file, the article's figures first; readers add theirs in a file of their own."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from connectors.sources.curated_rows import Line, Table, read, unknown_fields
from connectors.sources.payload import Object, envelope_of, read_day, refuses_payload
from tokenshare import claims
from tokenshare.claims import About
from tokenshare.errors import ContractViolation
from tokenshare.events import ClaimQuoted
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import CLAIM_QUOTED

OPTIONAL = ("method", "window", "comparison")  # a claim that names none means the usual one
TABLE = Table(
    file="claims.csv",
    columns=(
        *("claim_id", "quote", "value", "unit", "rounding", "about", "entity", "period_start", "period_end", "source"),
    ),
    key=("claim_id",),
    value=("value",),
)
KNOWN = Table(TABLE.file, (*TABLE.columns, *OPTIONAL), TABLE.key, TABLE.value)


def fetch(session: Session, _: Window) -> Iterator[Page]:
    """The file, whole."""
    yield session.get(TABLE.file)


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    (page,) = fetch.pages
    envelope = envelope_of(fetch)
    events: dict[str, ClaimQuoted] = {}
    for line in read(page, TABLE):
        if line.cells["claim_id"] in events:
            line.refuse("claim_id", f"{line.cells['claim_id'][:60]!r} stands there twice")
        events[line.cells["claim_id"]] = _event(line, envelope)
    if not events:
        raise ContractViolation(f"{TABLE.file}: no claim in it")
    return Parsed(tuple(events.values()), fetch.window.observed_at, unknown_fields=unknown_fields(page, KNOWN))


def _event(line: Line, envelope: Object) -> ClaimQuoted:
    """The claim a row makes, with what it leaves to be understood filled in."""
    about = _about(line)
    start, end = (read_day(line.text(name), line.where(name)) for name in ("period_start", "period_end"))
    if end < start:
        line.refuse("period_end", f"{end} lies before {start}")
    named = {name: line.cells[name] for name in OPTIONAL if line.cells.get(name)}
    usual = {"method": about.methods[0], "window": claims.usual_window(about, (end - start).days + 1)}
    claim = line.say(
        ClaimQuoted,
        **envelope,
        claim_id=line.text("claim_id"),
        quote=line.text("quote"),
        value=line.amount("value") or line.refuse("value", "it is empty"),
        unit=line.text("unit"),
        rounding=line.amount("rounding") or line.refuse("rounding", "it is empty"),
        about=about.name,
        entity=line.cells["entity"],
        period_start=start,
        period_end=end,
        source=line.text("source"),
        **{"comparison": "about", **usual, **named},
    )
    _mind_fit(line, about, claim)
    return claim


def _mind_fit(line: Line, about: About, claim: ClaimQuoted) -> None:
    """Refuses a row whose cells do not fit each other."""
    if claim.unit != about.unit:
        line.refuse("unit", f"{claim.unit!r}, but {about.name} is told in {about.unit}")
    if Decimal(claim.rounding) <= 0:
        line.refuse("rounding", f"{claim.rounding} is no step to round to")
    wrong = claims.objections(about, value=Decimal(claim.value), entity=claim.entity, method=claim.method)
    for column, problem in wrong:
        line.refuse(column, problem)


def _about(line: Line) -> About:
    known: Mapping[str, About] = claims.ABOUT_BY_NAME
    return known[line.word("about", tuple(known))]


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
    world_file=TABLE.file,
    fetch=fetch,
    parse=parse,
    upstream="curated",
    ships=True,
)
