"""The price book: dated list prices with tiers and time-of-day windows, from the genai-prices package."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from connectors.sources.payload import (
    Object,
    build_event,
    envelope_of,
    mind_type,
    read_day,
    read_document,
    read_moment,
    refuses_payload,
    require_field,
    require_type,
    unknown_fields,
)
from connectors.sources.prices import is_clock, read_price
from tokenshare.codec import read_count
from tokenshare.errors import ContractViolation
from tokenshare.events import PriceListed
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import PRICE_LISTED

FILE = "prices.csv"
PRICES = ("input_usd_per_million", "output_usd_per_million")
KEY = ("provider", "model", "valid_from", "tier_min_tokens", "utc_start", "utc_end")
ENTRY = (*KEY, "valid_to", *PRICES)
DEAREST = Decimal(1_000_000)  # USD per million tokens: beyond it the unit is wrong, not the price

Entry = tuple[str, Object]  # where it stands, and its cells as text


def fetch(session: Session, _: Window) -> Iterator[Page]:
    """The whole book; it is small, and a new version restates all of it."""
    yield session.get(FILE)


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    if len(fetch.pages) != 1:
        raise ContractViolation(f"the book came in {len(fetch.pages)} pages, not in one")
    (page,) = fetch.pages
    entries, unknown = _read_file(page, fetch.window.observed_at) if _is_file(page) else _read_package(page)
    envelope = envelope_of(fetch)
    events = tuple(_event(entry, where, envelope) for where, entry in entries)
    if not any(Decimal(price or 0) for event in events for price in _both(event)):
        raise ContractViolation("no price above 0: a book in which everything is free is none")
    return Parsed(events=events, as_of=fetch.window.observed_at, unknown_fields=unknown)


def _is_file(page: Page) -> bool:
    return page.content_type.partition(";")[0].strip().lower() != "application/json"


def _read_package(page: Page) -> tuple[list[Entry], frozenset[str]]:
    document = read_document(page)
    listed = [
        require_type(row, dict, f"prices[{n}]")
        for n, row in enumerate(require_field(document, "prices", list, "the book"))
    ]
    entries = [(f"prices[{number}]", row) for number, row in enumerate(listed)]
    for where, row in entries:
        for name in ENTRY:
            require_field(row, name, str, where)
    return entries, unknown_fields("prices[]", listed, frozenset(ENTRY))


def _read_file(page: Page, moment: datetime) -> tuple[list[Entry], frozenset[str]]:
    """A file in the book's place says of each row since when it was known, and may know better later."""
    mind_type(page, "CSV", {"text/csv"})
    rows = list(_read_rows(page.body))
    entries = _known([(where, read_moment(row["known_at"], f"{where}: known_at"), row) for where, row in rows], moment)
    return entries, unknown_fields(FILE, [rows[0][1]] if rows else [], frozenset({"known_at", *ENTRY}))


def _read_rows(body: bytes) -> Iterator[Entry]:
    try:
        reader = csv.DictReader(io.StringIO(body.decode("utf-8"), newline=""), strict=True)
        missing = [name for name in ("known_at", *ENTRY) if name not in (reader.fieldnames or ())]
        if missing:
            raise ContractViolation(f"line 1 has no column {missing[0]!r}: removed or renamed")
        for row in reader:
            if None in row or None in row.values():
                raise ContractViolation(f"line {reader.line_num} has more or fewer cells than the header")
            yield f"line {reader.line_num}", row
    except (UnicodeDecodeError, csv.Error) as error:
        raise ContractViolation(f"not CSV in UTF-8: {error}") from error


def _known(rows: Iterable[tuple[str, datetime, Object]], moment: datetime) -> list[Entry]:
    """Of each entry what became known last; rows known together all stay, and without a price it is withdrawn."""
    seen = [found for found in rows if found[1] <= moment]
    newest: dict[tuple[str, ...], datetime] = {}
    for _, known_at, row in seen:
        key = tuple(row[name] for name in KEY)
        newest[key] = max(known_at, newest.get(key, known_at))
    return [
        (where, row)
        for where, known_at, row in seen
        if known_at == newest[tuple(row[name] for name in KEY)] and any(row[name] for name in PRICES)
    ]


def _event(entry: Object, where: str, envelope: Object) -> PriceListed:
    start, end = (_read_day(entry, name, where) for name in ("valid_from", "valid_to"))
    if start and end and end <= start:
        raise ContractViolation(f"{where} ends on {end}, before it begins")
    clocks = [_read_clock(entry[name], f"{where}: {name}") for name in ("utc_start", "utc_end")]
    if (clocks[0] is None) != (clocks[1] is None):
        raise ContractViolation(f"{where} has one end of a time window only")
    given, taken = (_per_token(entry[name], f"{where}: {name}") for name in PRICES)
    return build_event(
        PriceListed,
        where,
        **envelope,
        model_id=entry["model"],
        provider=entry["provider"],
        valid_from=start,
        valid_to=end,
        tier_min_tokens=read_count(entry["tier_min_tokens"] or 0, f"{where}: tier_min_tokens"),
        utc_start=clocks[0],
        utc_end=clocks[1],
        input_usd_per_token=given,
        output_usd_per_token=taken,
        is_discounted=False,
    )


def _read_day(entry: Object, name: str, where: str) -> date | None:
    return read_day(entry[name], f"{where}: {name}") if entry[name] else None


def _read_clock(text: str, where: str) -> int | None:
    clock = read_count(text, where) if text else None
    if clock is not None and not is_clock(clock):
        raise ContractViolation(f"{where} is {clock}: not a clock time HHMM")
    return clock


def _per_token(text: str, where: str) -> str | None:
    """Decimal to the last place; a cell left empty is unknown, and nothing here is variable."""
    price = read_price(text, where) if text and not text.startswith("-") else None
    if text and price is None:
        raise ContractViolation(f"{where} is {text[:40]!r}: a price is not below 0")
    if price is not None and Decimal(price) > DEAREST:
        raise ContractViolation(f"{where} is {text[:40]!r}: above {DEAREST} USD per million tokens, another unit")
    return None if price is None else read_price(str(Decimal(price).scaleb(-6)), where)


def _both(event: PriceListed) -> tuple[str | None, str | None]:
    return event.input_usd_per_token, event.output_usd_per_token


SOURCE = Source(
    id="genai_prices",
    title="genai-prices: dated list prices of model providers",
    emits=(PRICE_LISTED,),
    cadence=timedelta(days=1),
    needs_key=False,
    licence="MIT",
    citation="Source: genai-prices (Pydantic Services Inc., MIT), as read {as_of}.",
    terms="Lies in an installed package and is read without network; a newer book is a newer version of the package.",
    traps="Asked for the price of a million tokens a book answers with the long-context tier: only the base tier is "
    "a list price. Prices by time of day overlay the dated ones, whichever their date. The first price of a model has "
    "no beginning: it is believed from the model's first day on. A price may begin in the future. Prices of "
    "resellers stand beside those of the maker. Names are the providers' own: a seed says which model they mean.",
    world_file=FILE,
    fetch=fetch,
    parse=parse,
    upstream="price_book",
)
