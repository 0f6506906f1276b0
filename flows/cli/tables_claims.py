"""Terminal tables about quoted numbers."""

from collections.abc import Mapping, Sequence
from typing import Any

from flows.cli.screen import STYLES, Screen, Table
from flows.cli.tables import origin_of, table, text

MATCHES = 8  # drawn, unless more are asked for
MATCH = ("method", "window", "period", "nearest")
METHOD = {"method": "method", "nearest": "gives", "numerator": "counted", "denominator": "of"}
CLAIM_HEADINGS = ("claim", "claimed", "demo (synthetic)", "method", "period", "verdict", "status", "as of")


def draw_check(screen: Screen, document: Mapping[str, Any], columns: Sequence[str] = ()) -> None:
    """Draw the verdict, the value of each method, and the number of variants tried."""
    unit, window = document["unit"], document["window"]
    name = " ".join(part for part in (document["about"], document["entity"]) if part)
    screen.print(f"{name} {format_value(document['value'], unit)} over {document['asked_period']}, by {window}")
    verdict = document["verdict"]
    screen.print(f"{verdict}{_nearest(document)}", STYLES[verdict])
    screen.print(_methods(document["beside"], unit, document["period"]))
    tried = ", ".join(f"{found['matched']} of {found['tried']} by {found['window']}" for found in document["windows"])
    screen.print(f"{document['variants_tried']} variants tried, {document['variants_matched']} matched: {tried}")
    screen.print("enough variants match anything by chance; only the window of the first line decides the verdict")
    if document["matches"]:
        screen.print(table("Matches", [_drawn(match, unit) for match in document["matches"]], columns or MATCH))
    if document["stands_on"]:
        standing = f"version {document['version']}, {document['status']}"
        screen.print(f"numbers as of {text(document['as_of'])}, {standing} ({origin_of(document)})")


def draw_citation(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw the sentence, unwrapped on its line."""
    screen.print(document["sentence"], is_unbroken=True)


def claims_table(claims: Sequence[Mapping[str, Any]]) -> Table:
    """The claims of the article beside the values of an invented world, never called measured."""
    rows = [
        {
            "claim": claim["claim"],
            "claimed": format_value(claim["claimed"], claim["unit"]),
            "demo (synthetic)": format_value(claim["demo (synthetic)"], claim["unit"]),
            **{name: claim[name] for name in ("method", "period", "verdict", "status")},
            "as of": f"{claim['as_of']:%Y-%m-%d}",
        }
        for claim in claims
    ]
    return table("Claims, compared with the demo (synthetic)", rows, CLAIM_HEADINGS)


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
    return table(f"By method, {period}" if rows else "", [_drawn(row, unit) for row in rows], METHOD)


def _drawn(variant: Mapping[str, Any], unit: str) -> dict[str, Any]:
    """A variant with its value for people, and its counts with separators."""
    counts = ("numerator", "denominator")
    return {
        name: format_value(value, unit) if name == "nearest" else f"{value:,}" if name in counts and value else value
        for name, value in variant.items()
    }
