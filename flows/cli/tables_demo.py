"""Tables at the end of the demo: shares, vendors and claims of an invented world, labelled so."""

from collections.abc import Mapping, Sequence
from typing import Any

from flows.cli.screen import STYLES, Screen, Table
from flows.cli.tables import draw_refresh, table, text
from flows.cli.tables_claims import claims_table

SHARE_HEADINGS = {
    "week_start_date": "week of",
    "identified_share": "identified",
    "tokens": "of all",
    "origin_share": "by origin",
    "known_tokens": "of known",
    "lower_share": "lower",
    "upper_share": "upper",
    "top10_share": "top ten",
    "gate": "gate",
    "status": "status",
}
VENDOR_HEADINGS = {
    "vendor_id": "vendor",
    "tokens": "tokens",
    "vendor_share": "of all",
    "named_share": "of named",
    "upper_share": "at most",
    "days_observed": "days",
}
OPENNESS_HEADINGS = {"openness": "class", "tokens": "tokens", "openness_share": "of all"}


def draw_demo(screen: Screen, document: Mapping[str, Any]) -> None:
    """Draw the demo: shares with denominator, bounds, gate and status, all labelled synthetic."""
    draw_refresh(screen, document["refresh"])
    screen.print()
    screen.print(_headed("Demo (synthetic): Chinese share of tokens", document["shares"], SHARE_HEADINGS))
    screen.print("identified: of all tokens; by origin: of tokens of known origin; bounds: nothing or all of the")
    screen.print("unknown is Chinese; top ten: within the ten most-used models, as the press counts\n")
    screen.print(_headed("Demo (synthetic): vendors, newest week", document["vendors"], VENDOR_HEADINGS))
    screen.print(_headed("\nDemo (synthetic): openness, newest week", document["openness"], OPENNESS_HEADINGS))
    screen.print()
    screen.print(claims_table(document["claims"]))
    for hold in document["holds"]:
        screen.print(f"\nheld on purpose: {hold['metric']}, because {hold['reason']}", STYLES["held"])
        screen.print("readers still see its last good version; the other metrics were published")
    screen.print(f"{document['restatements']} published cells were restated: tokenshare restatements")
    screen.print(f"open it in a browser: {document['report']}")
    screen.print(f"query it with any DuckDB client: {document['database']}")


def _headed(title: str, rows: Sequence[Mapping[str, Any]], headings: Mapping[str, str]) -> Table:
    return table(title, [{name: _short(name, row[name]) for name in headings} for row in rows], headings)


def _short(name: str, value: Any) -> str:
    """A value in short form: shares in percent, tokens in billions."""
    if name.endswith("_share"):
        return f"{value:.1%}"
    return f"{value / 1e9:,.0f}B" if name.endswith("tokens") else text(value)
