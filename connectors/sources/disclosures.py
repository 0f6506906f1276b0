"""Curated, cited figures absent from every feed: valuations, capital expenditure, run-rates, users, supply."""

from decimal import Decimal

from connectors.sources.curated_rows import curated_source
from connectors.sources.local_csv import build_from_row
from connectors.sources.payload import Object
from tokenshare.events import DisclosureObserved
from tokenshare.known_rows import KnownRow, Table
from tokenshare.topics import DISCLOSURE_OBSERVED

TABLE = Table(
    file="disclosures.csv",
    columns=(
        *("known_at", "fact_id", "company_id", "fact_date", "period_start", "period_end", "kind", "low", "high"),
        *("unit", "currency", "own_usd", "confidence", "citation"),
    ),
    key=("fact_id", "company_id", "fact_date"),
    values=("low", "high"),
)
CURRENCIES = (
    *("AUD", "BRL", "CAD", "CHF", "CNY", "DKK", "EUR", "GBP", "HKD", "IDR", "ILS", "INR", "JPY", "KRW", "MXN", "MYR"),
    *("NOK", "NZD", "PHP", "PLN", "SEK", "SGD", "THB", "TRY", "TWD", "USD", "ZAR"),
)
COUNTED = (  # the units other than money; one line here adds a unit
    *("count", "event", "ratio", "rank"),
    *("parameters", "tokens", "models", "downloads", "users", "developers", "customers", "employees"),
    *("chips", "GPUs", "dies", "wafers", "stacks", "packages", "FLOPs", "PFLOPs", "EFLOPs", "GB", "GW", "MW"),
    *("days", "months", "quarters", "years"),
)
PER = ("", "/day", "/week", "/month", "/quarter", "/year")


def _event(row: KnownRow, envelope: Object) -> DisclosureObserved:
    kind = row.word("kind", ("stock", "flow"))
    low, high = _range(row)
    period_start, period_end = (row.optional_day(name) for name in ("period_start", "period_end"))
    if kind == "flow" and (period_start is None or period_end is None):
        row.refuse("period_start" if period_start is None else "period_end", "it is empty: a flow has a period")
    if period_start and period_end and period_start > period_end:
        row.refuse("period_end", f"{period_end} lies before {period_start}")
    return build_from_row(
        row,
        DisclosureObserved,
        **envelope,
        known_at=row.known_at,
        fact_id=row.text("fact_id"),
        company_id=row.text("company_id"),
        fact_date=row.past_day("fact_date", envelope["observed_at"]),
        period_start=period_start,
        period_end=period_end,
        kind=kind,
        low=low,
        high=high,
        unit=_unit(row),
        currency=row.optional("currency"),
        own_usd=_above_zero(row, "own_usd"),
        confidence=row.word("confidence", ("filed", "reported")),
        citation=row.line("citation"),
    )


def _range(row: KnownRow) -> tuple[str | None, str | None]:
    """The low and high end. A minimum or maximum leaves one end empty; a single figure fills both."""
    low, high = _above_zero(row, "low"), _above_zero(row, "high")
    if low and high and Decimal(low) > Decimal(high):
        row.refuse("high", f"{high} is below {low}")
    return low, high


def _above_zero(row: KnownRow, column: str) -> str | None:
    """The amount in a column, or None. Only a ratio may be negative. A zero is refused: it mostly means unknown."""
    amount = row.amount(column)
    if amount == "0":
        row.refuse(column, "it is 0: leave it empty if the amount is unknown")
    if amount and amount.startswith("-") and row.cells["unit"] != "ratio":
        row.refuse(column, f"{amount} is negative")
    return amount


def _unit(row: KnownRow) -> str:
    """A listed unit. The unit of money is the row's own currency."""
    unit, currency = row.text("unit"), row.optional("currency")
    counted, slash, per = unit.partition("/")
    if currency and currency not in CURRENCIES:
        row.refuse("currency", f"{currency[:60]!r} is not one of {', '.join(CURRENCIES)}")
    known = (currency,) if currency else COUNTED
    if counted not in known or slash + per not in PER:
        row.refuse("unit", f"{unit[:60]!r} is not one of {', '.join(known)}, alone or per {'|'.join(PER[1:])}")
    return unit


SOURCE = curated_source(
    TABLE,
    _event,
    id="disclosures",
    example="2026-05-21T00:00:00Z,valuation,moonshot,2026-05-20,,,stock,20000000000,20000000000,USD,USD,,reported,"
    '"Example Press, 20 May 2026"',
    title="Curated disclosures",
    emits=(DISCLOSURE_OBSERVED,),
    licence="facts, each cited; the file is part of this project",
    citation="Source: curated disclosures, each row cited, as of {as_of}.",
    traps="A single figure is both `low` and `high`. An empty end is open (more than, less than); two empty ends "
    "withdraw the row. A flow has a period and is converted at its average rate, a stock at the rate of its date. "
    "`own_usd` is the source's own figure in USD, never a conversion of ours. `reported` is the press, `filed` the "
    "company. If only the month is known, the date is its first day.",
)
