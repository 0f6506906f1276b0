"""Curated, cited figures that no feed carries: valuations, capital expenditure, run-rates, users, supply."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from connectors.sources.curated_rows import Line, Table, first_known, standing, stating
from connectors.sources.payload import Object, envelope_of, refuses_payload
from tokenshare.events import DisclosureObserved
from tokenshare.sources import Fetch, Page, Parsed, Session, Source, Window
from tokenshare.topics import DISCLOSURE_OBSERVED

TABLE = Table(
    file="disclosures.csv",
    columns=(
        *("known_at", "fact_id", "company_id", "fact_date", "period_start", "period_end", "kind", "low", "high"),
        *("unit", "currency", "own_usd", "confidence", "citation"),
    ),
    key=("fact_id", "company_id", "fact_date"),
    value=("low", "high"),
)
CURRENCIES = (
    *("AUD", "BRL", "CAD", "CHF", "CNY", "DKK", "EUR", "GBP", "HKD", "IDR", "ILS", "INR", "JPY", "KRW", "MXN", "MYR"),
    *("NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TRY", "TWD", "USD", "ZAR"),
)
COUNTED = (  # what may be counted that is not money; one line here adds a unit
    *("count", "event", "ratio", "rank"),
    *("parameters", "tokens", "models", "downloads", "users", "developers", "customers", "employees"),
    *("chips", "GPUs", "dies", "wafers", "stacks", "packages", "FLOPs", "PFLOPs", "EFLOPs", "GB", "GW", "MW"),
    *("days", "months", "quarters", "years"),
)
PER = ("", "/day", "/week", "/month", "/quarter", "/year")


def fetch(session: Session, _: Window) -> Iterator[Page]:
    """The file, whole."""
    yield session.get(TABLE.file)


@refuses_payload
def parse(fetch: Fetch) -> Parsed:
    envelope = envelope_of(fetch)
    events = tuple(_event(line, fetch, envelope) for line in standing(fetch, TABLE))
    return stating(fetch, TABLE, events)


def _event(line: Line, fetch: Fetch, envelope: Object) -> DisclosureObserved:
    kind = line.word("kind", ("stock", "flow"))
    low, high = _range(line)
    period_start, period_end = (line.optional_day(name) for name in ("period_start", "period_end"))
    if kind == "flow" and (period_start is None or period_end is None):
        line.refuse("period_start" if period_start is None else "period_end", "it is empty: a flow has a period")
    if period_start and period_end and period_start > period_end:
        line.refuse("period_end", f"{period_end} lies before {period_start}")
    return line.say(
        DisclosureObserved,
        **envelope,
        known_at=line.moment("known_at"),
        fact_id=line.text("fact_id"),
        company_id=line.text("company_id"),
        fact_date=line.past_day("fact_date", fetch.window.observed_at),
        period_start=period_start,
        period_end=period_end,
        kind=kind,
        low=low,
        high=high,
        unit=_unit(line),
        currency=line.optional("currency"),
        own_usd=_above_zero(line, "own_usd"),
        confidence=line.word("confidence", ("filed", "reported")),
        citation=line.text("citation"),
    )


def _range(line: Line) -> tuple[str | None, str | None]:
    """Both ends, or one where the source gives a least or a most; a single figure stands in both."""
    low, high = _above_zero(line, "low"), _above_zero(line, "high")
    if low and high and Decimal(low) > Decimal(high):
        line.refuse("high", f"{high} is below {low}")
    return low, high


def _above_zero(line: Line, column: str) -> str | None:
    """Growth may be negative, an amount may not; and a zero is most often an absence written as a number."""
    amount = line.amount(column)
    if amount == "0":
        line.refuse(column, "it is 0: leave it empty where nothing is known")
    if amount and amount.startswith("-") and line.cells["unit"] != "ratio":
        line.refuse(column, f"{amount} is negative")
    return amount


def _unit(line: Line) -> str:
    """A listed unit; money is in its own currency and in no other."""
    unit, currency = line.text("unit"), line.optional("currency")
    counted, slash, per = unit.partition("/")
    if currency and currency not in CURRENCIES:
        line.refuse("currency", f"{currency[:60]!r} is not one of {', '.join(CURRENCIES)}")
    known = (currency,) if currency else COUNTED
    if counted not in known or slash + per not in PER:
        line.refuse("unit", f"{unit[:60]!r} is not one of {', '.join(known)}, alone or per {'|'.join(PER[1:])}")
    return unit


SOURCE = Source(
    id="disclosures",
    title="Curated disclosures",
    emits=(DISCLOSURE_OBSERVED,),
    cadence=timedelta(days=1),
    needs_key=False,
    licence="facts, each cited; the file is part of this project",
    citation="Source: curated disclosures, each row cited, as of {as_of}.",
    terms="A file that the project ships; TOKENSHARE_CURATED names a folder of your own whose file is read instead.",
    traps="A single figure stands in `low` and `high`; an end left empty is open (more than, less than), both empty "
    "withdraw the row. A flow has a period and is converted at its average rate, a stock at the rate of its date. "
    "`own_usd` is what the source itself says in USD, never what we convert. `reported` is the press, `filed` the "
    "company. Where only a month is known the date is its first day.",
    world_file=TABLE.file,
    fetch=fetch,
    parse=parse,
    upstream="curated",
    ships=True,
    first_known=first_known,
)
