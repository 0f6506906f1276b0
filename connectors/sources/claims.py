"""Quoted claims: a curated file, the article's figures first. Readers add theirs in a file of their own."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from connectors.sources.local_csv import build_all, build_from_row, file_source, read_rows, unknown_columns
from connectors.sources.payload import Object, check_rejected, envelope_of, refuses_payload
from tokenshare import claims
from tokenshare.claims import About
from tokenshare.errors import ContractViolation
from tokenshare.events import ClaimQuoted
from tokenshare.known_rows import KnownRow, Table
from tokenshare.sources import CURATED, Fetch, Parsed
from tokenshare.topics import CLAIM_QUOTED

OPTIONAL = ("method", "window", "comparison")  # if left out, the usual one is meant
TABLE = Table(
    file="claims.csv",
    columns=(
        *("claim_id", "quote", "value", "unit", "rounding", "about", "entity", "period_start", "period_end", "source"),
    ),
    key=("claim_id",),
    values=("value",),
)
WIDEST = replace(TABLE, columns=(*TABLE.columns, *OPTIONAL))


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    """Every claim of the file. Of an id that stands there twice neither row is taken: which one is meant?"""
    lines, envelope = read_rows(fetch, TABLE), envelope_of(fetch)
    count = Counter(row.cells["claim_id"] for row in lines.rows)
    events, wrong = build_all(
        lines.rows, lambda row: _event(row, envelope, is_single=count[row.cells["claim_id"]] == 1)
    )
    if not lines.rows:
        raise ContractViolation("; ".join((f"{TABLE.file}: no claim in it", *lines.torn[:1])))
    check_rejected((*lines.torn, *wrong), len(events))
    return Parsed(
        events,
        fetch.window.observed_at,
        rejected=(*lines.torn, *wrong),
        unknown_fields=unknown_columns(lines.rows, WIDEST),
    )


def _event(row: KnownRow, envelope: Object, *, is_single: bool) -> ClaimQuoted:
    """The claim of a row, with the usual values filled in for optional columns left empty."""
    if not is_single:
        row.refuse("claim_id", f"{row.cells['claim_id'][:60]!r} stands there twice: keep one of them")
    about = _about(row)
    start, end = (row.day(name) for name in ("period_start", "period_end"))
    if end < start:
        row.refuse("period_end", f"{end} lies before {start}")
    named = {name: row.cells[name] for name in OPTIONAL if row.cells.get(name)}
    usual = {"method": about.methods[0], "window": claims.usual_window(about, (end - start).days + 1)}
    claim = build_from_row(
        row,
        ClaimQuoted,
        **envelope,
        claim_id=row.text("claim_id"),
        quote=row.text("quote"),
        value=row.amount("value") or row.refuse("value", "it is empty"),
        unit=row.text("unit"),
        rounding=row.amount("rounding") or row.refuse("rounding", "it is empty"),
        about=about.name,
        entity=row.cells["entity"],
        period_start=start,
        period_end=end,
        source=row.text("source"),
        **{"comparison": "about", **usual, **named},
    )
    _check_fit(row, about, claim)
    return claim


def _check_fit(row: KnownRow, about: About, claim: ClaimQuoted) -> None:
    """Refuse a row with contradictory cells."""
    if claim.unit != about.unit:
        row.refuse("unit", f"{claim.unit!r}, but {about.name} is stated in {about.unit}")
    if Decimal(claim.rounding) <= 0:
        row.refuse("rounding", f"{claim.rounding} is not a step to round to")
    wrong = claims.objections(about, value=Decimal(claim.value), entity=claim.entity, method=claim.method)
    for column, problem in wrong:
        row.refuse(column, problem)


def _about(row: KnownRow) -> About:
    known: Mapping[str, About] = claims.ABOUT_BY_NAME
    return known[row.word("about", tuple(known))]


SOURCE = file_source(
    TABLE,
    id="claims",
    example='my-claim,"A third, they say",0.33,ratio,0.01,china_share,,2026-05-01,2026-05-31,"a talk, May 2026"',
    title="Claims: numbers that somebody quoted",
    emits=(CLAIM_QUOTED,),
    licence="Facts; the quotes are in our own words",
    citation="Claims curated by the project or by you, as of {as_of}; each names its source.",
    terms="A file shipped with the project. A `claims.csv` in your own curated folder, or in a world, replaces it. "
    "Columns method, window and comparison may be missing or empty: the usual ones are meant.",
    traps="A number is compared with its own subject and nothing else: a share of all tokens is not a share of the "
    "tokens of known origin. `rounding` is the step it is quoted in, not a tolerance.",
    parse=parse,
    upstream=CURATED,
    ships=True,
)
