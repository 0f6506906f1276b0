"""Commands that add a row to the user's own files of facts: claims and disclosed figures."""

from typing import Annotated

import typer

from flows.cli.options import AboutOption, Json
from flows.cli.output import emit
from flows.cli.parsers import read_day, read_moment
from flows.cli.setup import load_settings
from flows.cli.tables import draw_added

Value = Annotated[str, typer.Argument(help="The number as quoted; a share as 0.61 or 61%.")]
Quote = Annotated[str, typer.Option("--quote", help="What was said, in a line; required.")]
Source = Annotated[str, typer.Option("--source", help="Who said it, where and when; required.")]
Period = Annotated[
    str | None,
    typer.Option("--period", help="The days it is about, such as 2026-05 or 2026-05-01/2026-05-31; required."),
]
Entity = Annotated[str, typer.Option("--entity", help="The vendor, model, family or company it is about.")]
Rounding = Annotated[
    str | None, typer.Option("--rounding", help="The rounding step of the quoted number; by default its last digit.")
]
Method = Annotated[str | None, typer.Option("--method", help="The method named with the number, such as origin.")]
InWindow = Annotated[str, typer.Option("--window", help="day, week, trailing7, trailing28 or month; by default weeks.")]
Comparison = Annotated[str, typer.Option("--comparison", help="about, above or below; by default about.")]
ClaimId = Annotated[str, typer.Option("--id", help="Its id; that of a shipped claim replaces it.")]

Fact = Annotated[str, typer.Argument(help="The fact, such as valuation or capex.")]
Company = Annotated[str, typer.Argument(help="The company, such as moonshot.")]
Amount = Annotated[str, typer.Option("--value", help="The figure, in digits.")]
Low = Annotated[str, typer.Option("--low", help="The low end of a range; leave it out if it is open.")]
High = Annotated[str, typer.Option("--high", help="The high end of a range; leave it out if it is open.")]
Unit = Annotated[str, typer.Option("--unit", help="Its unit, such as USD, USD/year, ratio or users.")]
Day = Annotated[str, typer.Option("--date", help="The day it is about, such as 2026-05-20.")]
FlowPeriod = Annotated[
    str | None, typer.Option("--period", help="The days of an amount over a period, such as 2026-01-01/2026-06-30.")
]
Currency = Annotated[str, typer.Option("--currency", help="The currency, if it does not begin the unit.")]
OwnUsd = Annotated[str, typer.Option("--own-usd", help="The source's own figure in USD, if it states one.")]
Confidence = Annotated[str, typer.Option("--confidence", help="filed by the company, or reported by the press.")]
Citation = Annotated[str, typer.Option("--citation", help="Where a reader can look it up; required.")]
KnownAt = Annotated[
    str | None,
    typer.Option("--known-at", help="The moment it became known, such as 2026-05-21T00:00:00Z; by default now."),
]

claims = typer.Typer(name="claims", no_args_is_help=True, help="Add quoted numbers of your own to the shipped claims.")
disclosures = typer.Typer(
    name="disclosures", no_args_is_help=True, help="Add disclosed figures of your own to the shipped ones."
)


@claims.callback()
@disclosures.callback()
def _group() -> None:
    """Keep `add` a word of its own: a group with one command would swallow it."""


@claims.command("add")
def add_claim(
    value: Value,
    about: AboutOption,
    quote: Quote = "",
    source: Source = "",
    period: Period = None,
    entity: Entity = "",
    rounding: Rounding = None,
    method: Method = None,
    window: InWindow = "",
    comparison: Comparison = "",
    id: ClaimId = "",
    json: Json = False,
) -> None:
    """Add a claim to the claims.csv of your folder TOKENSHARE_CURATED; it is judged on every pass."""
    from flows.operations import own_rows
    from flows.setup.clock import now

    request = own_rows.ClaimRequest(
        *(value, about, quote, source, entity, period, rounding, method, window, comparison, id)
    )
    emit(own_rows.add_claim(load_settings(), request, now()), json, draw_added)


@disclosures.command("add")
def add_disclosure(
    fact: Fact,
    company: Company,
    unit: Unit,
    date: Day,
    value: Amount = "",
    low: Low = "",
    high: High = "",
    period: FlowPeriod = None,
    currency: Currency = "",
    own_usd: OwnUsd = "",
    confidence: Confidence = "reported",
    citation: Citation = "",
    known_at: KnownAt = None,
    json: Json = False,
) -> None:
    """Add a disclosed figure to the disclosures.csv of your folder TOKENSHARE_CURATED."""
    from flows.operations import own_rows
    from flows.setup.clock import now

    at = now()
    known = read_moment(known_at) if known_at else at
    request = own_rows.DisclosureRequest(
        *(fact, company, unit, citation, read_day(date), known, value, low, high, period, currency, own_usd, confidence)
    )
    emit(own_rows.add_disclosure(load_settings(), request, at), json, draw_added)
