"""Terminal tables about quoted numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.cli.tables import coloured, origin_of, text

MATCHES = 8
VERDICT_COLOURS = {
    "reproduced": "green",
    "reproduced_by_another_method": "yellow",
    "not_reproduced": "red",
    "no_data": "dim",
}


def draw_check(console: Console, document: Mapping[str, Any]) -> None:
    """Draw the verdict, the value of each method, and the number of variants tried."""
    unit, window = document["unit"], document["window"]
    name = " ".join(part for part in (document["about"], document["entity"]) if part)
    console.print(
        f"{name} {format_value(document['value'], unit)} over {document['asked_period']}, by {window}", markup=False
    )
    verdict = document["verdict"]
    console.print(Text.assemble((verdict, VERDICT_COLOURS[verdict]), _nearest(document)))
    console.print(_methods(document["beside"], unit, document["period"]))
    tried = ", ".join(f"{found['matched']} of {found['tried']} by {found['window']}" for found in document["windows"])
    console.print(f"{document['variants_tried']} variants tried, {document['variants_matched']} matched: {tried}")
    console.print("enough variants match anything by chance; only the window of the first line decides the verdict")
    for match in document["matches"][:MATCHES]:
        console.print(f"  {match['method']} {match['period']}: {format_value(match['nearest'], unit)}", markup=False)
    if document["stands_on"]:
        standing = f"version {document['version']}, {document['status']}"
        console.print(f"numbers as of {text(document['as_of'])}, {standing} ({origin_of(document)})", markup=False)


def draw_citation(console: Console, document: Mapping[str, Any]) -> None:
    """Draw the sentence, unwrapped on its line."""
    console.print(document["sentence"], markup=False, soft_wrap=True)


def claims_table(claims: Sequence[Mapping[str, Any]]) -> Table:
    """The claims of the article beside the values of an invented world, never called measured."""
    table = Table(title="Claims, compared with the demo (synthetic)", title_justify="left", box=None, pad_edge=False)
    for heading in ("claim", "claimed", "demo (synthetic)", "method", "period", "verdict", "status", "as of"):
        table.add_column(heading, overflow="fold", no_wrap=heading != "claim")
    for claim in claims:
        verdict = claim["verdict"]
        table.add_row(
            Text(claim["claim"]),
            format_value(claim["claimed"], claim["unit"]),
            format_value(claim["demo (synthetic)"], claim["unit"]),
            Text(text(claim["method"])),
            Text(text(claim["period"])),
            Text(verdict, VERDICT_COLOURS[verdict]),
            coloured(claim["status"]),
            f"{claim['as_of']:%Y-%m-%d}",
        )
    return table


def format_value(value: float | None, unit: str) -> str:
    """A number for people: shares in percent, tokens and money in billions, growth as a factor."""
    if value is None:
        return "-"
    if unit == "ratio":
        return f"{value:.1%}" if abs(value) < 2 else f"{value:.1f}x"  # beyond 200 % it is a factor
    if abs(value) >= 1e9:
        return f"{value / 1e9:,.0f}B {unit}"
    return f"{value:,.6g}" if unit in ("count", "rank") else f"{value:,.6g} {unit}"


def _nearest(document: Mapping[str, Any]) -> str:
    if document["nearest"] is None:
        return ": nothing published counts this over that period"
    value = format_value(document["nearest"], document["unit"])
    return f": nearest {value} ({document['method']}, {document['period']})"


def _methods(rows: Sequence[Mapping[str, Any]], unit: str, period: str | None) -> Table:
    table = Table(title=f"By method, {period}" if rows else "", title_justify="left", box=None, pad_edge=False)
    for heading in ("method", "gives", "counted", "of") if rows else ():
        table.add_column(heading)
    for row in rows:
        counts = [f"{count:,}" if count is not None else "-" for count in (row["numerator"], row["denominator"])]
        table.add_row(Text(row["method"]), format_value(row["nearest"], unit), *counts)
    return table
