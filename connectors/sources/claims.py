"""Quoted claims: a curated file, the article's figures first. Users add theirs in a file of their own.

A claim of theirs replaces the shipped one of its id. With an empty value it takes that claim, or one of theirs, back.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NoReturn

from connectors.sources.local_csv import build_all, build_from_row, file_source, read_rows, unknown_columns
from connectors.sources.payload import Object, check_rejected, envelope_of, refuses_payload, require_files
from tokenshare import claims
from tokenshare.claims import About
from tokenshare.errors import ContractViolation
from tokenshare.events import ClaimQuoted
from tokenshare.known_rows import LONGEST_KEY, KnownRow, Table
from tokenshare.sources import CURATED, Fetch, Page, Parsed
from tokenshare.text import visible
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


@dataclass(frozen=True)
class ClaimsFile:
    """A file of claims: those that can be read, those it takes back by their ids, and the reasons of the others."""

    events: tuple[ClaimQuoted, ...]
    taken_back: Mapping[str, str]
    rejected: tuple[str, ...]
    unknown_fields: frozenset[str]
    is_empty: bool


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    """Every claim of the file, or of the user's own file and then of the shipped one, by id."""
    envelope, pages = envelope_of(fetch), require_files(fetch)
    files = [_read_file(page, envelope, is_own=page is not pages[-1]) for page in pages]
    rejected = tuple(reason for file in files for reason in file.rejected)
    if all(file.is_empty for file in files):
        raise ContractViolation("; ".join((f"{TABLE.file}: no claim in it", *rejected[:1])))
    events, withdrawn = _merge(files)
    check_rejected(rejected, len(events))
    unknown = frozenset[str]().union(*(file.unknown_fields for file in files))
    return Parsed(events, fetch.window.observed_at, withdrawn=withdrawn, rejected=rejected, unknown_fields=unknown)


def _read_file(page: Page, envelope: Object, *, is_own: bool) -> ClaimsFile:
    """One file. Of an id that stands there twice neither row is taken: which one is meant?"""
    lines = read_rows(page, TABLE)
    count = Counter(row.cells["claim_id"] for row in lines.rows)
    twice = [row for row in lines.rows if count[row.cells["claim_id"]] > 1]
    single = [row for row in lines.rows if count[row.cells["claim_id"]] == 1]
    _, doubled = build_all(twice, _refuse_twice)
    taken, unclear = build_all([row for row in single if is_own and not row.cells["value"]], _taken_back)
    stated = [row for row in single if not is_own or row.cells["value"]]
    events, wrong = build_all(stated, lambda row: _event(row, envelope))
    rejected = (*lines.torn, *doubled, *wrong, *unclear)
    return ClaimsFile(events, dict(taken), rejected, unknown_columns(lines.rows, WIDEST), not lines.rows)


def _merge(files: Sequence[ClaimsFile]) -> tuple[tuple[ClaimQuoted, ...], tuple[str, ...]]:
    """The claims that count, an earlier file before a later one; and the keys of those replaced or taken back."""
    kept: dict[str, ClaimQuoted] = {}
    gone: dict[str, str] = {}
    replaced: set[str] = set()
    for file in files:
        found = {claim.claim_id: claim for claim in file.events}
        replaced |= {_key(claim) for id, claim in found.items() if id in kept or id in gone}
        kept |= {id: claim for id, claim in found.items() if id not in kept and id not in gone}
        gone |= file.taken_back
    stated = {_key(claim) for claim in kept.values()}
    return tuple(kept.values()), tuple(sorted({*replaced, *gone.values()} - stated))


def _key(claim: ClaimQuoted) -> str:
    """A claim is of its period: with other days it is another claim."""
    return f"{claim.claim_id} {claim.period_start}/{claim.period_end}"


def _taken_back(row: KnownRow) -> tuple[str, str]:
    """The id and the key of a claim that its row takes back."""
    id = row.text("claim_id")
    return id, visible(f"{id} {row.day('period_start')}/{row.day('period_end')}")[:LONGEST_KEY]


def _refuse_twice(row: KnownRow) -> NoReturn:
    row.refuse("claim_id", f"{row.text('claim_id')[:60]!r} stands there twice: keep one of them")


def _event(row: KnownRow, envelope: Object) -> ClaimQuoted:
    """The claim of a row, with the usual values filled in for optional columns left empty."""
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
    terms="A file shipped with the project. The claims of a `claims.csv` in your own folder, named by "
    "TOKENSHARE_CURATED, are added to it: one replaces the shipped claim of its id, and one with an empty value takes "
    "it back. Columns method, window and comparison may be missing or empty: the usual ones are meant.",
    traps="A number is compared with its own subject and nothing else: a share of all tokens is not a share of the "
    "tokens of known origin. `rounding` is the step it is quoted in, not a tolerance.",
    parse=parse,
    upstream=CURATED,
    ships=True,
)
