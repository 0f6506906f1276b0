"""The price book: dated list prices with tiers and time-of-day windows, from the genai-prices package."""

from datetime import date
from decimal import Decimal

from connectors.sources.local_csv import build_all, file_source, read_known, unknown_columns
from connectors.sources.payload import (
    Object,
    build_event,
    check_rejected,
    envelope_of,
    read_document,
    refuses_payload,
    require_field,
    require_one_page,
    require_type,
    unknown_fields,
)
from connectors.sources.prices import is_clock, read_price
from tokenshare.codec import read_count, read_day
from tokenshare.errors import ContractViolation
from tokenshare.events import PriceListed
from tokenshare.known_rows import Table
from tokenshare.sources import Fetch, Page, Parsed
from tokenshare.topics import PRICE_LISTED

PRICES = ("input_usd_per_million", "output_usd_per_million")
KEY = ("provider", "model", "valid_from", "tier_min_tokens", "utc_start", "utc_end")
ENTRY = (*KEY, "valid_to", *PRICES)
TABLE = Table(file="prices.csv", columns=("known_at", *ENTRY), key=KEY, values=PRICES, optional=KEY[2:])
DEAREST = Decimal(1_000_000)  # USD per million tokens: a higher price is in another unit

Book = tuple[tuple[PriceListed, ...], tuple[str, ...], frozenset[str]]  # its prices, rows put aside, unknown fields


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    """The whole book, because it is small and a newer one restates all of it."""
    page = require_one_page(fetch)
    events, rejected, unknown = _read_file(fetch) if _is_file(page) else _read_package(fetch, page)
    if not any(Decimal(price or 0) for event in events for price in _both(event)):
        raise ContractViolation("no price above 0: everything in the book is free")
    return Parsed(events, fetch.window.observed_at, rejected=rejected, unknown_fields=unknown)


def _is_file(page: Page) -> bool:
    return page.content_type.partition(";")[0].strip().lower() != "application/json"


def _read_package(fetch: Fetch, page: Page) -> Book:
    envelope = envelope_of(fetch)
    prices = require_field(read_document(page), "prices", list, "the book")
    entries = [(f"prices[{n}]", require_type(row, dict, f"prices[{n}]")) for n, row in enumerate(prices)]
    for where, row in entries:
        for name in ENTRY:
            require_field(row, name, str, where)
    events = tuple(_event(entry, where, envelope) for where, entry in entries)
    return events, (), unknown_fields("prices[]", [row for _, row in entries], frozenset(ENTRY))


def _read_file(fetch: Fetch) -> Book:
    """The entries of a file in place of the package; a later row of it may correct an earlier one (`known_at`)."""
    known, envelope = read_known(fetch, TABLE), envelope_of(fetch)
    events, wrong = build_all(known.rows, lambda row: _event(row.cells, row.place, envelope))
    rejected = (*known.rejected, *wrong)
    check_rejected(rejected, len(events))
    return events, rejected, unknown_columns(known.rows, TABLE)


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
    """The exact price per token as a decimal string; None for an empty cell. A book has no variable prices."""
    price = read_price(text, where) if text and not text.startswith("-") else None
    if text and price is None:
        raise ContractViolation(f"{where} is {text[:40]!r}: a price is not below 0")
    if price is not None and Decimal(price) > DEAREST:
        raise ContractViolation(f"{where} is {text[:40]!r}: above {DEAREST} USD per million tokens, another unit")
    return None if price is None else read_price(str(Decimal(price).scaleb(-6)), where)


def _both(event: PriceListed) -> tuple[str | None, str | None]:
    return event.input_usd_per_token, event.output_usd_per_token


SOURCE = file_source(
    TABLE,
    id="genai_prices",
    example="2026-05-01T00:00:00Z,deepseek,deepseek-v4-pro,2026-04-24,0,,,,0.435,0.87",
    title="genai-prices: dated list prices of model providers",
    emits=(PRICE_LISTED,),
    licence="MIT",
    homepage="https://github.com/pydantic/genai-prices",
    citation="Source: genai-prices (Pydantic Services Inc., MIT), as read {as_of}.",
    terms="Part of an installed package, read without network. A newer book needs a newer version of the package.",
    traps="Asked for the price of a million tokens, a book answers with the long-context tier; only the base tier is "
    "a list price. Prices by time of day override the dated ones, whatever their date. The first price of a model has "
    "no start: it counts from the model's first day. A price may start in the future. Prices of resellers are listed "
    "beside those of the maker. Names are the providers' own: a seed maps them to models.",
    owner="who writes the entry",
    ours=("is_discounted",),
    parse=parse,
    upstream="price_book",
)
