"""Tables at the end of the demo: shares, vendors and claims of an invented world, labelled so."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.cli.tables import coloured, draw_refresh, text
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
CLAIMS_WIDTH = 130  # no verdict breaks over lines, in a log as well
OPENNESS_HEADINGS = {"openness": "class", "tokens": "tokens", "openness_share": "of all"}


def draw_demo(console: Console, document: Mapping[str, Any]) -> None:
    """Draw the demo: shares with denominator, bounds, gate and status, all labelled synthetic."""
    draw_refresh(console, document["refresh"])
    console.print()
    console.print(_headed("Demo (synthetic): Chinese share of tokens", document["shares"], SHARE_HEADINGS))
    console.print("identified: of all tokens; by origin: of tokens of known origin; bounds: nothing or all of the")
    console.print("unknown is Chinese; top ten: within the ten most-used models, as the press counts\n")
    console.print(_headed("Demo (synthetic): vendors, newest week", document["vendors"], VENDOR_HEADINGS))
    console.print(_headed("\nDemo (synthetic): openness, newest week", document["openness"], OPENNESS_HEADINGS))
    console.print()
    console.print(claims_table(document["claims"]), width=max(console.width, CLAIMS_WIDTH), crop=False)
    for hold in document["holds"]:
        console.print(Text.assemble("\n", coloured("held"), f" on purpose: {hold['metric']}, because {hold['reason']}"))
        console.print("readers still see its last good version; the other metrics were published")
    console.print(f"{document['restatements']} published cells were restated: tokenshare restatements")
    console.print(f"open it in a browser: {document['report']}", soft_wrap=True)
    console.print(f"query it with any DuckDB client: {document['database']}", soft_wrap=True)


def _headed(title: str, rows: Sequence[Mapping[str, Any]], headings: Mapping[str, str]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name, heading in headings.items():
        is_number = name.endswith(("_share", "tokens"))
        table.add_column(heading, justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(coloured(_short(name, row[name])) for name in headings))
    return table


def _short(name: str, value: Any) -> str:
    """A value in short form: shares in percent, tokens in billions."""
    if name.endswith("_share"):
        return f"{value:.1%}"
    return f"{value / 1e9:,.0f}B" if name.endswith("tokens") else text(value)
